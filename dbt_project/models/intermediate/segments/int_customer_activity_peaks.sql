-- The most own transactions in 90 days since the day on which tiers may last have fallen, of persons whom only their number
-- keeps in the lowest tier today.
with quiet as (
    select
        profile.customer_id,
        run.as_of_date,
        {{ tiers_fell_on('run.as_of_date', 'parameters.tier_falls') }} as fell_on
    from {{ ref('int_customers_profiled') }} as profile
    cross join {{ source('control', 'run') }} as run
    cross join {{ source('control', 'parameters') }} as parameters
    where not profile.is_organisation
        and profile.aum < parameters.tier_basic_aum
        and profile.own_transactions_90d < parameters.tier_basic_own_transactions
),

acted as (
    select customer_id, fell_on, fell_on as acted_on, cast(0 as bigint) as own_transactions
    from quiet
    where fell_on < as_of_date
    union all
    select
        quiet.customer_id,
        quiet.fell_on,
        daily.transaction_date,
        daily.own_transactions
    from quiet
    inner join {{ ref('int_accounts_valued') }} as accounts on quiet.customer_id = accounts.customer_id
    inner join {{ ref('int_account_transactions_daily') }} as daily on accounts.account_no = daily.account_no
    cross join {{ source('control', 'run') }} as run
    where daily.own_transactions > 0
        and quiet.fell_on < quiet.as_of_date
        and daily.transaction_date > {{ days_before('quiet.fell_on', 90) }}
        and daily.transaction_date > {{ days_before('run.as_of_date', 190) }}
        and daily.transaction_date <= run.as_of_date
),

running as (
    select
        customer_id,
        fell_on,
        acted_on,
        sum(own_transactions) over (
            partition by customer_id order by {{ day_number('acted_on') }} range between 89 preceding and current row
        ) as own_transactions
    from acted
)

select
    customer_id,
    cast(max(own_transactions) as bigint) as most_own_transactions_90d
from running
where acted_on >= fell_on
group by customer_id
