-- One row per customer chosen for a strategy, its occasion, wave and channel; a control customer has one row, on channel
-- 'none', which nothing is sent for.
with chosen as (
    select
        outcomes.*,
        actions.channel,
        actions.script_id,
        actions.expires_after_days,
        cast('treatment' as {{ dbt.type_string() }}) as arm
    from {{ ref('outcomes') }} as outcomes
    inner join {{ ref('eligible_actions') }} as eligible
        on
            outcomes.customer_id = eligible.customer_id
            and outcomes.strategy_id = eligible.strategy_id
            and eligible.is_open
    inner join {{ ref('actions') }} as actions
        on eligible.strategy_id = actions.strategy_id and eligible.position = actions.position
    where outcomes.outcome = 'chosen'
),

held_out as (
    select
        outcomes.*,
        cast('none' as {{ dbt.type_string() }}) as channel,
        cast(null as {{ dbt.type_string() }}) as script_id,
        cast(null as {{ dbt.type_int() }}) as expires_after_days,
        cast('control' as {{ dbt.type_string() }}) as arm
    from {{ ref('outcomes') }} as outcomes
    where outcomes.outcome = 'control'
),

entries as (
    select * from chosen
    union all
    select * from held_out
)

select
    business_date,
    {{ entry_id('entries') }} as entry_id,
    strategy_id,
    strategy_version,
    occasion_id,
    customer_id,
    arm,
    channel,
    cast(null as {{ dbt.type_string() }}) as product_code,
    script_id,
    manager_id,
    wave,
    priority,
    score,
    reason,
    cast({{ dbt.dateadd('day', 'expires_after_days', 'business_date') }} as date) as expires_on
from entries
