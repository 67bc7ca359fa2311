-- Salary is compared per month paid, not per window: ninety days hold two or three paydays, and that alone is no rise.
with run as (
    select
        as_of_date,
        {{ days_before('as_of_date', 90) }} as changes_from
    from {{ source('control', 'run') }}
),

paid as (
    select
        accounts.customer_id,
        daily.transaction_date,
        run.as_of_date,
        run.changes_from,
        {{ dbt.date_trunc('month', 'daily.transaction_date') }} as paid_month,
        {{ in_base_currency('daily.salary_in', 'rates.rate') }} as salary
    from {{ ref('int_account_transactions_daily') }} as daily
    inner join {{ ref('int_accounts_valued') }} as accounts on daily.account_no = accounts.account_no
    cross join run
    left join {{ ref('int_fx_rates_daily') }} as rates
        on coalesce(daily.currency, accounts.currency) = rates.currency and daily.transaction_date = rates.rate_day
    where daily.salary_in > 0
        and daily.transaction_date > {{ months_before('run.as_of_date', 7) }}
        and daily.transaction_date <= run.as_of_date
),

windows as (
    select
        customer_id,
        max(transaction_date) as last_salary_on,
        count(distinct case when transaction_date > {{ months_before('as_of_date', 6) }} then paid_month end) as months_6m,
        sum(case when transaction_date > {{ months_before('as_of_date', 6) }} then salary end) as salary_6m,
        sum(case when {{ in_last_days('transaction_date', 30) }} then salary end) as salary_30d,
        sum(case when {{ in_last_days('transaction_date', 90) }} then salary end) as salary_90d,
        count(distinct case when {{ in_last_days('transaction_date', 90) }} then paid_month end) as months_90d,
        sum(case when {{ in_last_days('transaction_date', 90, 'changes_from') }} then salary end) as salary_before,
        count(distinct case when {{ in_last_days('transaction_date', 90, 'changes_from') }} then paid_month end) as months_before
    from paid
    group by customer_id
),

averages as (
    select
        *,
        cast(salary_6m / nullif(months_6m, 0) as decimal(18, 2)) as salary_per_month_6m,
        cast(salary_90d / nullif(months_90d, 0) as decimal(18, 2)) as salary_per_month_90d,
        cast(salary_before / nullif(months_before, 0) as decimal(18, 2)) as salary_per_month_before
    from windows
)

select
    customer_id,
    -- six months reach into a seventh calendar month
    cast(least(months_6m, 6) as bigint) as salary_months_6m,
    cast(coalesce(salary_30d, 0) as decimal(18, 2)) as salary_30d,
    cast(coalesce(salary_90d, 0) as decimal(18, 2)) as salary_90d,
    last_salary_on,
    salary_per_month_6m,
    {{ change_ratio('coalesce(salary_per_month_90d, 0)', 'salary_per_month_before') }} as salary_change_90d_ratio
from averages
