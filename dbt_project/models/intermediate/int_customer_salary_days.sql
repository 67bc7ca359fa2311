-- In base currency by the rate of the day.
select
    accounts.customer_id,
    daily.transaction_date as paid_on,
    cast({{ dbt.date_trunc('month', 'daily.transaction_date') }} as date) as paid_month,
    sum({{ in_base_currency('daily.salary_in', 'rates.rate') }}) as salary
from {{ ref('int_account_transactions_daily') }} as daily
inner join {{ ref('int_accounts_valued') }} as accounts on daily.account_no = accounts.account_no
cross join {{ source('control', 'run') }} as run
left join {{ ref('int_fx_rates_daily') }} as rates
    on coalesce(daily.currency, accounts.currency) = rates.currency and daily.transaction_date = rates.rate_day
where daily.salary_in > 0
    and {{ in_days_looked_back_to('daily.transaction_date') }}
group by accounts.customer_id, daily.transaction_date
