-- A balance is the last one known on or before a day, in base currency by that day's rate and rounded to the cent per account.
-- What is past due stays so and grows a day older each day until a newer balance says otherwise.
{% set days = {'now': 'as_of_date', '30d_ago': days_before('as_of_date', 30), '90d_ago': days_before('as_of_date', 90)} %}
with run as (
    select as_of_date, base_currency from {{ source('control', 'run') }}
),

rates as (
    select
        currency
        {%- for name, day in days.items() %},
        max(case when valid_from <= {{ day }} and (valid_to > {{ day }} or valid_to is null) then rate end) as rate_{{ name }}
        {%- endfor %}
    from {{ ref('stg_core_banking__fx_rates') }}
    cross join run
    group by currency
),

accounts as (
    select
        accounts.*,
        records.customer_id,
        coalesce(products.category, 'other') as category,
        run.as_of_date,
        accounts.currency = run.base_currency as is_base_currency
    from {{ ref('stg_core_banking__accounts') }} as accounts
    inner join {{ ref('int_customer_records') }} as records on accounts.customer_no = records.customer_no
    left join {{ ref('stg_core_banking__products') }} as products on accounts.product_code = products.product_code
    cross join run
)

select
    accounts.account_no,
    accounts.customer_id,
    accounts.product_code,
    accounts.category,
    accounts.currency,
    accounts.opened_on,
    accounts.matures_on,
    accounts.payment_due_on,
    cast(case
        when balances.days_past_due > 0
            then balances.days_past_due + {{ dbt.datediff('balances.known_now_on', 'accounts.as_of_date', 'day') }}
        else balances.days_past_due
    end as bigint) as days_past_due,
    balances.past_due_known_on,
    {{ value_in_base_currency('accounts.credit_limit', 'rates.rate_now', 'is_base_currency') }} as credit_limit,
    accounts.opened_on <= as_of_date and (accounts.closed_on is null or accounts.closed_on > as_of_date) as is_open,
    not is_base_currency and rates.rate_now is null as is_without_rate
    {%- for name, day in days.items() %},
    case
        when accounts.closed_on is null or accounts.closed_on > {{ day }}
            then {{ value_in_base_currency('balances.balance_' ~ name, 'rates.rate_' ~ name, 'is_base_currency') }}
    end as value_{{ name }}
    {%- endfor %}
from accounts
left join {{ ref('int_account_balances_known') }} as balances on accounts.account_no = balances.account_no
left join rates on accounts.currency = rates.currency
