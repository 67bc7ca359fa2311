-- What a customer number said answers a scope (one channel, one category) if it said it of that scope or a wider one. A refusal
-- holds until a newer grant of the same or a narrower scope; a wider grant never lifts a narrower refusal. Silence is no consent.
-- Kept from run to run (macros/kept_windows.sql): a number is asked anew when something of what it said changed, or when the day
-- has come of which it spoke. Channels lie side by side: most customers said little, and that about all categories.
{% set channels = contact_channels() %}
{% set columns = ['customer_no', 'purpose', 'product_category'] %}
{% for channel in channels %}{% do columns.extend([channel ~ '_granted', channel ~ '_changed_at']) %}{% endfor %}
{% set kept = is_kept(columns + ['counted_to']) %}
with {{ kept_bounds(kept) }},

{% if kept -%}
changed as (
    select customer_no from {{ source('changes', 'engagement__consents') }}
    union
    select consents.customer_no
    from {{ ref('stg_engagement__consents') }} as consents
    cross join bounds
    where consents.changed_on > bounds.counted_to and consents.changed_on <= bounds.as_of_date
),

{% endif -%}
said as (
    select consents.*
    from {{ ref('stg_engagement__consents') }} as consents
    cross join bounds
    where consents.changed_on <= bounds.as_of_date
        {%- if kept %}
        and consents.customer_no in (select customer_no from changed)
        {%- endif %}
),

named as (
    select distinct customer_no, purpose, product_category from said where product_category <> 'all'
),

bearing as (
    -- what bears on a category: said of it (here, to others) or of all; of all categories together, only what was said of all
    select
        customer_no,
        purpose,
        channel,
        'all' as product_category,
        case when product_category = 'all' then is_granted end as is_granted,
        changed_at,
        true as is_of_category
    from said
    union all
    select
        said.customer_no,
        said.purpose,
        said.channel,
        named.product_category,
        said.is_granted,
        said.changed_at,
        said.product_category = named.product_category as is_of_category
    from said
    inner join named on said.customer_no = named.customer_no and said.purpose = named.purpose
    where said.product_category in ('all', named.product_category)
),

answers as (
    -- the newest grant (g) and refusal (r) by channel, of the very category and of all
    select
        customer_no,
        purpose,
        product_category
        {%- for channel in channels + ['all'] %}
        {%- for letter, granted in [['g', 'is_granted'], ['r', 'not is_granted']] %}
        {%- for width, of_category in [['own', 'is_of_category'], ['wide', 'not is_of_category']] %},
        max(case when channel = '{{ channel }}' and {{ granted }} and {{ of_category }} then changed_at end) as {{ letter }}_{{ channel }}_{{ width }}
        {%- endfor %}
        {%- endfor %}
        {%- endfor %}
    from bearing
    group by customer_no, purpose, product_category
)

select
    answers.customer_no,
    answers.purpose,
    answers.product_category,
    {%- for channel in channels %}
    {%- set g_scope, g_categories, g_channels, g_everything = 'g_' ~ channel ~ '_own', 'g_' ~ channel ~ '_wide', 'g_all_own', 'g_all_wide' %}
    {%- set r_scope, r_categories, r_channels, r_everything = 'r_' ~ channel ~ '_own', 'r_' ~ channel ~ '_wide', 'r_all_own', 'r_all_wide' %}
    coalesce(
        coalesce({{ g_scope }}, {{ g_categories }}, {{ g_channels }}, {{ g_everything }}) is not null
        and ({{ r_scope }} is null or {{ g_scope }} > {{ r_scope }})
        and ({{ r_categories }} is null or greatest({{ g_scope }}, {{ g_categories }}) > {{ r_categories }})
        and ({{ r_channels }} is null or greatest({{ g_scope }}, {{ g_channels }}) > {{ r_channels }})
        and ({{ r_everything }} is null or greatest({{ g_scope }}, {{ g_categories }}, {{ g_channels }}, {{ g_everything }}) > {{ r_everything }}),
        false
    ) as {{ channel }}_granted,
    greatest(
        {{ g_scope }}, {{ g_categories }}, {{ g_channels }}, {{ g_everything }}, {{ r_scope }}, {{ r_categories }}, {{ r_channels }}, {{ r_everything }}
    ) as {{ channel }}_changed_at,
    {%- endfor %}
    bounds.as_of_date as counted_to
from answers
cross join bounds
{%- if kept %}
union all
select
    kept.customer_no,
    kept.purpose,
    kept.product_category,
    {%- for channel in channels %}
    kept.{{ channel }}_granted,
    kept.{{ channel }}_changed_at,
    {%- endfor %}
    bounds.as_of_date as counted_to
from {{ this }} as kept
cross join bounds
where kept.counted_to <= bounds.as_of_date
    and not exists (select 1 from changed where changed.customer_no = kept.customer_no)
{%- endif %}
