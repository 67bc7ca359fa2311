-- One row per candidate with its one outcome. First match wins: cooling down, control arm, no open channel, chosen.
with earlier as (
    select
        entries.strategy_id,
        coalesce(aliases.current_customer_id, entries.customer_id) as customer_id,
        max(entries.business_date) as last_decided_on
    from {{ source('state', 'earlier_entries') }} as entries
    left join {{ ref('customer_aliases') }} as aliases on entries.customer_id = aliases.customer_id
    group by entries.strategy_id, coalesce(aliases.current_customer_id, entries.customer_id)
),

channels as (
    select
        customer_id,
        strategy_id,
        sum(case when is_open then 1 else 0 end) as open_channels,
        min(case when is_open then position end) as first_open_position,
        min(case when not is_open then failed_rule end) as failed_rule
    from {{ ref('eligible_actions') }}
    group by customer_id, strategy_id
)

select
    candidates.*,
    channels.first_open_position,
    case
        when earlier.last_decided_on is not null
            and {{ dbt.datediff('earlier.last_decided_on', 'candidates.business_date', 'day') }} < candidates.cooldown_days
            then 'cooling_down'
        when candidates.is_control then 'control'
        when channels.open_channels = 0 then 'no_open_channel'
        else 'chosen'
    end as outcome,
    case
        when earlier.last_decided_on is not null
            and {{ dbt.datediff('earlier.last_decided_on', 'candidates.business_date', 'day') }} < candidates.cooldown_days
            then 'decided_on_' || cast(earlier.last_decided_on as {{ dbt.type_string() }})
        when candidates.is_control then 'holdout'
        when channels.open_channels = 0 then channels.failed_rule
        when channels.failed_rule is not null then 'in_audience_some_channels_closed'
        else 'in_audience'
    end as reason_code,
    channels.failed_rule
from {{ ref('candidates') }} as candidates
inner join channels
    on candidates.customer_id = channels.customer_id and candidates.strategy_id = channels.strategy_id
left join earlier
    on candidates.customer_id = earlier.customer_id and candidates.strategy_id = earlier.strategy_id
