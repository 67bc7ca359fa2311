-- What a customer number said answers a scope (one channel, one category) if it said it of that scope or a wider one. A refusal
-- holds until a newer grant of the same or a narrower scope; a wider grant never lifts a narrower refusal. Silence is no consent.
-- Each of a customer's numbers is asked about every category that any of them named, and one that does not agree decides.
-- Channels lie side by side until the end: most customers said little, and that about all categories.
{% set channels = contact_channels() %}
with numbers as (
    select
        customer_id,
        customer_no,
        count(*) over (partition by customer_id) as customer_numbers
    from {{ ref('int_customer_records') }}
),

said as (
    select
        numbers.customer_id,
        numbers.customer_numbers,
        consents.*
    from {{ ref('stg_engagement__consents') }} as consents
    inner join numbers on consents.customer_no = numbers.customer_no
    cross join {{ source('control', 'run') }} as run
    where consents.changed_on <= run.as_of_date
),

named as (
    select distinct customer_id, purpose, product_category from said where product_category <> 'all'
),

bearing as (
    -- what bears on a category: said of it (here, to others) or of all; of all categories together, only what was said of all
    select
        customer_id,
        customer_no,
        customer_numbers,
        purpose,
        channel,
        'all' as product_category,
        case when product_category = 'all' then is_granted end as is_granted,
        changed_at,
        true as is_of_category
    from said
    union all
    select
        said.customer_id,
        said.customer_no,
        said.customer_numbers,
        said.purpose,
        said.channel,
        named.product_category,
        said.is_granted,
        said.changed_at,
        said.product_category = named.product_category as is_of_category
    from said
    inner join named on said.customer_id = named.customer_id and said.purpose = named.purpose
    where said.product_category in ('all', named.product_category)
),

answers as (
    -- the newest grant (g) and refusal (r) by channel, of the very category and of all
    select
        customer_id,
        customer_no,
        purpose,
        product_category,
        max(customer_numbers) as customer_numbers
        {%- for channel in channels + ['all'] %}
        {%- for letter, granted in [['g', 'is_granted'], ['r', 'not is_granted']] %}
        {%- for width, of_category in [['own', 'is_of_category'], ['wide', 'not is_of_category']] %},
        max(case when channel = '{{ channel }}' and {{ granted }} and {{ of_category }} then changed_at end) as {{ letter }}_{{ channel }}_{{ width }}
        {%- endfor %}
        {%- endfor %}
        {%- endfor %}
    from bearing
    group by customer_id, customer_no, purpose, product_category
),

by_number as (
    select
        customer_id,
        purpose,
        product_category,
        customer_numbers
        {%- for channel in channels %}
        {%- set g_scope, g_categories, g_channels, g_everything = 'g_' ~ channel ~ '_own', 'g_' ~ channel ~ '_wide', 'g_all_own', 'g_all_wide' %}
        {%- set r_scope, r_categories, r_channels, r_everything = 'r_' ~ channel ~ '_own', 'r_' ~ channel ~ '_wide', 'r_all_own', 'r_all_wide' %},
        case
            when coalesce({{ g_scope }}, {{ g_categories }}, {{ g_channels }}, {{ g_everything }}) is not null
                and ({{ r_scope }} is null or coalesce({{ g_scope }} > {{ r_scope }}, false))
                and ({{ r_categories }} is null or coalesce(greatest({{ g_scope }}, {{ g_categories }}) > {{ r_categories }}, false))
                and ({{ r_channels }} is null or coalesce(greatest({{ g_scope }}, {{ g_channels }}) > {{ r_channels }}, false))
                and ({{ r_everything }} is null or coalesce(greatest({{ g_scope }}, {{ g_categories }}, {{ g_channels }}, {{ g_everything }}) > {{ r_everything }}, false))
                then 1
            else 0
        end as {{ channel }}_granted,
        greatest(
            {{ g_scope }}, {{ g_categories }}, {{ g_channels }}, {{ g_everything }}, {{ r_scope }}, {{ r_categories }}, {{ r_channels }}, {{ r_everything }}
        ) as {{ channel }}_changed_at
        {%- endfor %}
    from answers
),

by_customer as (
    -- a number without an answer said nothing
    select
        customer_id,
        purpose,
        product_category
        {%- for channel in channels %},
        min({{ channel }}_granted) = 1 and count(*) = max(customer_numbers) as {{ channel }}_granted,
        max({{ channel }}_changed_at) as {{ channel }}_changed_at
        {%- endfor %}
    from by_number
    group by customer_id, purpose, product_category
)

{%- for channel in channels %}
select
    customer_id,
    purpose,
    '{{ channel }}' as channel,
    product_category,
    {{ channel }}_granted as is_granted,
    {{ channel }}_changed_at as changed_at
from by_customer
{{ 'union all' if not loop.last }}
{%- endfor %}
