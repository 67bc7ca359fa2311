-- A deposit below zero is money owed: it counts as a loan and not against the deposits.
{% set parts = ['wealth', 'fund', 'insurance', 'precious_metal', 'trust', 'credit_card'] %}
{% set deposits = "category in ('demand_deposit', 'time_deposit')" %}
{% set loans = "category in ('consumer_loan', 'mortgage', 'auto_loan', 'business_loan', 'supply_chain_finance')" %}
{% set assets = "category in ('wealth', 'fund', 'insurance', 'precious_metal', 'trust')" %}
select
    customer_id,
    cast(sum(case when {{ deposits }} and value_now > 0 then value_now else 0 end) as decimal(18, 2)) as deposit_balance,
    {%- for part in ['demand_deposit', 'time_deposit'] %}
    cast(sum(case when category = '{{ part }}' and value_now > 0 then value_now else 0 end) as decimal(18, 2)) as {{ part }}_balance,
    {%- endfor %}
    {%- for part in parts %}
    cast(sum(case when category = '{{ part }}' then coalesce(value_now, 0) else 0 end) as decimal(18, 2)) as {{ part }}_balance,
    {%- endfor %}
    cast(sum(
        case when {{ loans }} then coalesce(value_now, 0) when {{ deposits }} and value_now < 0 then -value_now else 0 end
    ) as decimal(18, 2)) as loan_balance,
    {%- for name in ['now', '30d_ago', '90d_ago'] %}
    cast(sum(
        case
            when {{ deposits }} and value_{{ name }} > 0 then value_{{ name }}
            when {{ assets }} then coalesce(value_{{ name }}, 0)
            else 0
        end
    ) as decimal(18, 2)) as aum_{{ name }},
    {%- endfor %}
    cast(sum(case when is_open and is_without_rate then 1 else 0 end) as bigint) as accounts_without_rate
from {{ ref('int_accounts_valued') }}
group by customer_id
