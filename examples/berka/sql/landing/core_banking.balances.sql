-- One row per account and day on which its balance changed.
-- Current accounts: the source carries a running balance, but neither its rows nor its numbers follow the order of a day. The
-- last entry of a day is the one whose running balance is nearest to the sum of all the account's entries up to that day
-- (nearest, since the source rounds).
with settled as (
    select
        account_id,
        booked_on,
        trans_id,
        balance,
        sum(case direction when 'in' then amount else -amount end)
            over (partition by account_id order by booked_on) as total
    from entries
),

ranked as (
    select
        *,
        row_number() over (partition by account_id, booked_on order by abs(balance - total), trans_id desc) as place
    from settled
),

loan as (
    select
        'loan-' || loan_id as account_no,
        due_on as balance_date,
        owed as balance,
        -- without a status nobody knows whether the instalments came
        case when status is not null then 0 end as days_past_due
    from instalments
    where not is_missed
    union all
    select
        'loan-' || loan_id,
        status_on,
        owed + instalment,
        date_diff('day', due_on, status_on)
    from instalments
    where is_missed
)

select
    'account-' || account_id as account_no,
    booked_on as balance_date,
    balance,
    cast(null as bigint) as days_past_due,
    booked_on as known_on
from ranked
where place = 1
union all
select account_no, balance_date, cast(balance as decimal(18, 2)), cast(days_past_due as bigint), balance_date
from loan
