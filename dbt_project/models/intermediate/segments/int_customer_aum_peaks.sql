-- The highest AUM since the day on which tiers may last have fallen. A balance in another currency is valued anew with every rate that
-- came while it stood, as AUM was on each of those days. Only those are counted whom it may lift: whose accounts' highest values add up to a threshold above today's AUM.
with period as (
    select
        run.as_of_date,
        run.base_currency,
        parameters.*,
        {{ tiers_fell_on('run.as_of_date', 'parameters.tier_falls') }} as fell_on
    from {{ source('control', 'run') }} as run
    cross join {{ source('control', 'parameters') }} as parameters
),

-- what stood on the period's first day, and every balance after it
balances as (
    select account_no, balance_at_fall as balance, period.fell_on as valued_on
    from {{ ref('int_account_balances_known') }}
    cross join period
    where known_at_fall_on is not null and period.fell_on < period.as_of_date
    union all
    select account_no, balance, balance_date as valued_on
    from {{ ref('stg_core_banking__balances') }}
    cross join period
    where balance_date > period.fell_on and balance_date <= period.as_of_date
),

accounts as (
    select
        valued.account_no,
        valued.customer_id,
        valued.currency,
        accounts.closed_on
    from {{ ref('int_accounts_valued') }} as valued
    inner join {{ ref('stg_core_banking__accounts') }} as accounts on valued.account_no = accounts.account_no
    where {{ is_in_aum('valued.category') }}
),

of_accounts as (
    select
        accounts.customer_id,
        accounts.account_no,
        accounts.currency,
        accounts.closed_on,
        balances.valued_on,
        case when balances.balance > 0 then balances.balance else 0 end as balance
    from balances
    inner join accounts on balances.account_no = accounts.account_no
    where accounts.closed_on is null or accounts.closed_on > balances.valued_on
),

in_other_currencies as (
    select
        of_accounts.customer_id,
        of_accounts.account_no,
        of_accounts.currency,
        of_accounts.valued_on,
        of_accounts.balance,
        least(
            coalesce(
                lead(of_accounts.valued_on) over (partition by of_accounts.account_no order by of_accounts.valued_on),
                {{ days_after('period.as_of_date', 1) }}
            ),
            coalesce(of_accounts.closed_on, {{ days_after('period.as_of_date', 1) }}),
            {{ days_after('period.as_of_date', 1) }}
        ) as until_on
    from of_accounts
    cross join period
    where of_accounts.currency <> period.base_currency
),

valued as (
    select customer_id, account_no, valued_on, cast(balance as decimal(18, 2)) as amount
    from of_accounts
    where currency = (select base_currency from period)
    union all
    select
        others.customer_id,
        others.account_no,
        case when rates.valid_from > others.valued_on then rates.valid_from else others.valued_on end,
        {{ cents_in_base_currency('others.balance', 'rates.rate') }}
    from in_other_currencies as others
    inner join {{ ref('stg_core_banking__fx_rates') }} as rates
        on others.currency = rates.currency
        and rates.valid_from < others.until_on
        and coalesce(rates.valid_to, date '9999-12-31') > others.valued_on
),

bounds as (
    select customer_id, sum(amount) as amount
    from (select customer_id, max(amount) as amount from valued group by customer_id, account_no) as highest
    group by customer_id
),

thresholds as (
    {%- for organisation, names in tier_thresholds() %}{% set last = loop.last %}{% for name in names %}
    select {{ organisation }} as is_organisation, tier_{{ name }}_aum as amount from period
    {{ 'union all' if not (last and loop.last) }}
    {%- endfor %}{% endfor %}
),

liftable as (
    select distinct profile.customer_id
    from {{ ref('int_customers_profiled') }} as profile
    inner join bounds on profile.customer_id = bounds.customer_id
    inner join thresholds
        on profile.is_organisation = thresholds.is_organisation
        and profile.aum < thresholds.amount
        and bounds.amount >= thresholds.amount
),

steps as (
    select customer_id, account_no, valued_on, amount from valued
    union all
    select customer_id, account_no, closed_on, cast(0 as decimal(18, 2))
    from accounts
    cross join period
    where closed_on > period.fell_on and closed_on <= period.as_of_date
),

moves as (
    select
        steps.customer_id,
        steps.valued_on,
        steps.amount - coalesce(lag(steps.amount) over (partition by steps.account_no order by steps.valued_on), 0) as moved
    from steps
    inner join liftable on steps.customer_id = liftable.customer_id
),

amounts as (
    select
        customer_id,
        valued_on,
        sum(moved) over (partition by customer_id order by valued_on) as aum
    from (select customer_id, valued_on, sum(moved) as moved from moves group by customer_id, valued_on) as daily
),

highest as (
    select customer_id, max(aum) as aum
    from amounts
    group by customer_id
)

-- of several days with as much, the first
select
    amounts.customer_id,
    cast(amounts.aum as decimal(18, 2)) as highest_aum,
    min(amounts.valued_on) as highest_aum_on
from amounts
inner join highest on amounts.customer_id = highest.customer_id and amounts.aum = highest.aum
group by amounts.customer_id, amounts.aum
