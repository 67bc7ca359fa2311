-- One row per customer and strategy whose audience the customer is in: who is considered at all, with arm and score.
with customers as (
    {{ rule_vocabulary() }}
),

considered as (
    {% for entry in strategy_entries() %}
    {{ 'union all' if not loop.first }}
    select
        business_date,
        customer_id,
        manager_id,
        {{ text_literal(entry.strategy_id) }} as strategy_id,
        cast({{ entry.version }} as {{ dbt.type_int() }}) as strategy_version,
        cast({{ entry.priority }} as {{ dbt.type_int() }}) as priority,
        cast({{ entry.cooldown_days }} as {{ dbt.type_int() }}) as cooldown_days,
        {{ entry.score }} as score,
        {{ entry.reason }} as reason,
        {{ json_object(entry.values_used) }} as values_used
    from customers
    where {{ entry.audience }}
    {% endfor %}
)

select
    considered.*,
    cast(1 as {{ dbt.type_int() }}) as wave,
    {{ dbt.concat(['considered.strategy_id', "':'", 'cast(considered.business_date as ' ~ dbt.type_string() ~ ')']) }} as occasion_id,
    {{ hash_share(dbt.concat(['parameters.holdout_salt', "':'", 'considered.strategy_id', "':'", 'considered.customer_id'])) }}
    < parameters.holdout_ratio as is_control
from considered
cross join {{ source('control', 'parameters') }} as parameters
