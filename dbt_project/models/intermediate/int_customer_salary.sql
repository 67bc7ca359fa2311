-- Salary is compared per month paid, not per window: ninety days hold two or three paydays, and that alone is no rise.
with run as (
    select
        as_of_date,
        {{ days_before('as_of_date', 90) }} as changes_from
    from {{ source('control', 'run') }}
),

paid as (
    select
        days.*,
        run.as_of_date,
        run.changes_from
    from {{ ref('int_customer_salary_days') }} as days
    cross join run
    where days.paid_on > {{ months_before('run.as_of_date', 7) }}
),

windows as (
    select
        customer_id,
        max(paid_on) as last_salary_on,
        count(distinct case when paid_on > {{ months_before('as_of_date', 6) }} then paid_month end) as months_6m,
        sum(case when paid_on > {{ months_before('as_of_date', 6) }} then salary end) as salary_6m,
        sum(case when {{ in_last_days('paid_on', 30) }} then salary end) as salary_30d,
        sum(case when {{ in_last_days('paid_on', 90) }} then salary end) as salary_90d,
        count(distinct case when {{ in_last_days('paid_on', 90) }} then paid_month end) as months_90d,
        sum(case when {{ in_last_days('paid_on', 90, 'changes_from') }} then salary end) as salary_before,
        count(distinct case when {{ in_last_days('paid_on', 90, 'changes_from') }} then paid_month end) as months_before
    from paid
    group by customer_id
),

averages as (
    select
        *,
        {{ per_month('salary_6m', 'months_6m') }} as salary_per_month_6m,
        {{ per_month('salary_90d', 'months_90d') }} as salary_per_month_90d,
        {{ per_month('salary_before', 'months_before') }} as salary_per_month_before
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
