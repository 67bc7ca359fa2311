-- One row per customer, strategy, occasion and wave considered, with its one outcome: what an officer reads when asked why.
-- entry_id names the first entry of whoever was chosen or held out.
with placed as (
    select
        outcomes.*,
        case
            when outcomes.outcome = 'control' then 'none'
            when outcomes.outcome = 'chosen' then actions.channel
        end as channel
    from {{ ref('outcomes') }} as outcomes
    left join {{ ref('actions') }} as actions
        on outcomes.strategy_id = actions.strategy_id and outcomes.first_open_position = actions.position
)

select
    business_date,
    customer_id,
    strategy_id,
    occasion_id,
    wave,
    outcome,
    reason_code,
    failed_rule,
    values_used,
    case when channel is not null then {{ entry_id('placed') }} end as entry_id
from placed
