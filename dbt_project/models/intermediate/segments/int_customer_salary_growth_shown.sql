-- Salary's change is that of int_customer_salary, as it was on the days on which it may have risen: a payday, and those on which a
-- payday left the last 90 days and the 90 before.
with persons as (
    {{ persons_without_potential() }}
),

paid as (
    select
        persons.customer_id,
        persons.as_of_date,
        persons.fell_on,
        days.paid_on,
        days.paid_month,
        days.salary
    from {{ ref('int_customer_salary_days') }} as days
    inner join persons on days.customer_id = persons.customer_id
    where days.paid_on > {{ days_before('persons.fell_on', 180) }}
),

looked_at as (
    select customer_id, fell_on as day from paid
    {%- for days in [0, 90, 180] %}
    union
    select customer_id, {{ days_after('paid_on', days) }}
    from paid
    where {{ days_after('paid_on', days) }} > fell_on and {{ days_after('paid_on', days) }} <= as_of_date
    {%- endfor %}
),

windows as (
    select
        looked_at.customer_id,
        looked_at.day,
        sum(case when paid.paid_on > {{ days_before('looked_at.day', 90) }} then paid.salary end) as salary_90d,
        count(distinct case when paid.paid_on > {{ days_before('looked_at.day', 90) }} then paid.paid_month end) as months_90d,
        sum(case when paid.paid_on <= {{ days_before('looked_at.day', 90) }} then paid.salary end) as salary_before,
        count(distinct case when paid.paid_on <= {{ days_before('looked_at.day', 90) }} then paid.paid_month end) as months_before
    from looked_at
    inner join paid on looked_at.customer_id = paid.customer_id
    where {{ in_last_days('paid.paid_on', 180, 'looked_at.day') }}
    group by looked_at.customer_id, looked_at.day
),

changes as (
    select
        customer_id,
        day,
        {{ change_ratio('coalesce(' ~ per_month('salary_90d', 'months_90d') ~ ', 0)', per_month('salary_before', 'months_before')) }} as ratio
    from windows
)

select
    changes.customer_id,
    max(changes.day) as shown_on,
    {{ max_by('changes.ratio', 'changes.day') }} as salary_change_90d_ratio
from changes
inner join persons on changes.customer_id = persons.customer_id
where changes.ratio >= persons.tier_potential_growth_ratio
group by changes.customer_id
