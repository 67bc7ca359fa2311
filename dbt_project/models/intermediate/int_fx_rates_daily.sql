-- The rate of a day is the last known on that day; the base currency's is 1. Only days that rules look back to.
with days as (
    select distinct
        daily.transaction_date as rate_day,
        run.base_currency
    from {{ ref('int_account_transactions_daily') }} as daily
    cross join {{ source('control', 'run') }} as run
    where {{ in_days_looked_back_to('daily.transaction_date') }}
)

select
    rates.currency,
    days.rate_day,
    rates.rate
from days
inner join {{ ref('stg_core_banking__fx_rates') }} as rates
    on days.rate_day >= rates.valid_from and (days.rate_day < rates.valid_to or rates.valid_to is null)
where rates.currency <> days.base_currency
union all
select
    base_currency as currency,
    rate_day,
    cast(1 as decimal(18, 8)) as rate
from days
