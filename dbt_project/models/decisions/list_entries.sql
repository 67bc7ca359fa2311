-- One row per customer chosen for a strategy, its occasion, wave and channel; a control customer has one row, on channel
-- 'none', which nothing is sent for.
with chosen as (
    select
        outcomes.*,
        actions.channel,
        actions.destination,
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
        cast(null as {{ dbt.type_string() }}) as destination,
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
    entries.business_date,
    {{ entry_id('entries') }} as entry_id,
    entries.strategy_id,
    entries.strategy_version,
    entries.occasion_id,
    entries.customer_id,
    entries.arm,
    entries.channel,
    cast(null as {{ dbt.type_string() }}) as product_code,
    entries.script_id,
    entries.manager_id,
    entries.wave,
    entries.priority,
    entries.score,
    entries.reason,
    cast({{ dbt.dateadd('day', 'entries.expires_after_days', 'entries.business_date') }} as date) as expires_on,
    entries.destination,
    {{ dbt.concat(['strategies.name_en', "' / '", 'strategies.name_zh']) }} as subject
from entries
inner join {{ ref('strategies') }} as strategies on entries.strategy_id = strategies.strategy_id
