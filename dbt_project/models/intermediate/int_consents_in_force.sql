-- What a customer number said answers a scope (one channel, one category) if it said it of that scope or a wider one. A refusal
-- holds until a newer grant of the same or a narrower scope; a wider grant never lifts a narrower refusal. Silence is no consent.
-- Each of a customer's numbers is asked about every category that any of them named, and one that does not agree decides.
with channels as (
    {%- for channel in contact_channels() %}
    select '{{ channel }}' as channel{{ ' union all' if not loop.last }}
    {%- endfor %}
),

said as (
    select
        records.customer_id,
        consents.*
    from {{ ref('stg_engagement__consents') }} as consents
    inner join {{ ref('int_customer_records') }} as records on consents.customer_no = records.customer_no
    cross join {{ source('control', 'run') }} as run
    where consents.changed_on <= run.as_of_date
),

scopes as (
    select customer_id, purpose, product_category from said
    union
    select customer_id, purpose, 'all' from said
),

asked as (
    select
        scopes.customer_id,
        records.customer_no,
        scopes.purpose,
        channels.channel,
        scopes.product_category
    from scopes
    inner join {{ ref('int_customer_records') }} as records on scopes.customer_id = records.customer_id
    cross join channels
),

answers as (
    -- the newest grant (g) and refusal (r) of each width: of the very scope, of all categories, of all channels, of everything
    select
        asked.customer_id,
        asked.customer_no,
        asked.purpose,
        asked.channel,
        asked.product_category
        {%- for letter, granted in [['g', 'true'], ['r', 'false']] %}
        {%- for width, this_channel, this_category in [
            ('scope', true, true), ('categories', true, false), ('channels', false, true), ('everything', false, false),
        ] %},
        max(
            case
                when said.is_granted = {{ granted }}
                    and said.channel = {{ "asked.channel" if this_channel else "'all'" }}
                    and said.product_category = {{ "asked.product_category" if this_category else "'all' and asked.product_category <> 'all'" }}
                    then said.changed_at
            end
        ) as {{ letter }}_{{ width }}
        {%- endfor %}
        {%- endfor %}
    from asked
    left join said on asked.customer_no = said.customer_no and asked.purpose = said.purpose
    group by asked.customer_id, asked.customer_no, asked.purpose, asked.channel, asked.product_category
),

by_number as (
    select
        *,
        coalesce(g_scope, g_categories, g_channels, g_everything) is not null
        and (r_scope is null or coalesce(g_scope > r_scope, false))
        and (r_categories is null or coalesce(greatest(g_scope, g_categories) > r_categories, false))
        and (r_channels is null or coalesce(greatest(g_scope, g_channels) > r_channels, false))
        and (r_everything is null or coalesce(greatest(g_scope, g_categories, g_channels, g_everything) > r_everything, false))
            as is_granted,
        greatest(g_scope, g_categories, g_channels, g_everything, r_scope, r_categories, r_channels, r_everything) as changed_at
    from answers
)

select
    customer_id,
    purpose,
    channel,
    product_category,
    min(case when is_granted then 1 else 0 end) = 1 as is_granted,
    max(changed_at) as changed_at
from by_number
group by customer_id, purpose, channel, product_category
