-- What was posted lately comes first: the rest of a history is never looked at.
with recent as (
    select *
    from {{ ref('stg_core_banking__transactions') }}
    where posted_at > {{ moments_since() }} and transaction_date <= (select as_of_date from {{ source('control', 'run') }})
)

select
    accounts.customer_id,
    recent.transaction_id,
    recent.posted_at,
    recent.transaction_date,
    recent.direction,
    recent.transaction_type,
    recent.channel,
    recent.country,
    recent.counterparty_bank,
    recent.is_own_transaction,
    {{ is_cross_border('recent', 'parameters') }} as is_cross_border,
    recent.direction = 'out' and recent.transaction_type = 'transfer'
    and {{ goes_to_other_bank('recent', 'parameters') }} as is_to_other_bank,
    accounts.product_code,
    {{ cents_in_base_currency('recent.amount', 'rates.rate') }} as amount,
    profile.aum,
    profile.inflow_90d,
    profile.outflow_90d,
    profile.first_own_transaction_on,
    {{ moments_since() }} as since_on,
    run.as_of_date
from recent
inner join {{ ref('int_accounts_valued') }} as accounts on recent.account_no = accounts.account_no
inner join {{ ref('int_customers_profiled') }} as profile on accounts.customer_id = profile.customer_id
left join {{ ref('int_fx_rates_daily') }} as rates
    on coalesce(recent.currency, accounts.currency) = rates.currency and recent.transaction_date = rates.rate_day
cross join {{ source('control', 'run') }} as run
cross join {{ source('control', 'parameters') }} as parameters
