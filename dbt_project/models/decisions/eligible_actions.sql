-- One row per candidate and action of its strategy, and whether the action may be taken: first failed rule wins. A product
-- category that the customer never named is answered by what was said of all.
with judged as (
    select
        candidates.customer_id,
        candidates.strategy_id,
        actions.position,
        actions.channel,
        case
            when actions.requires_manager and candidates.manager_id is null then 'no_manager'
            when actions.consent_channel is not null and not coalesce(named.is_granted, general.is_granted, false)
                then 'no_consent'
        end as failed_rule
    from {{ ref('candidates') }} as candidates
    inner join {{ ref('actions') }} as actions on candidates.strategy_id = actions.strategy_id
    left join {{ ref('int_consents_in_force') }} as named
        on
            candidates.customer_id = named.customer_id
            and named.purpose = 'marketing'
            and actions.consent_channel = named.channel
            and actions.product_category = named.product_category
    left join {{ ref('int_consents_in_force') }} as general
        on
            candidates.customer_id = general.customer_id
            and general.purpose = 'marketing'
            and actions.consent_channel = general.channel
            and general.product_category = 'all'
)

select
    customer_id,
    strategy_id,
    position,
    channel,
    failed_rule,
    failed_rule is null as is_open
from judged
