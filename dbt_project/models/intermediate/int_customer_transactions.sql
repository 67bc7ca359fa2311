-- Money is converted by the rate of the transaction's own day; money without a rate is left out. First and last days reach back
-- over the whole history, whose older part is kept as a sum; everything else is counted over the last 90 days.
with spans as (
    select
        account_no,
        last_transaction_on,
        first_own_on,
        last_own_on,
        last_own_on as last_own_before_90d_on,
        cast(null as date) as first_own_in_90d_on
    from {{ ref('int_account_transactions_before') }}
    union all
    select
        account_no,
        max(transaction_date),
        min(case when own_transactions > 0 then transaction_date end),
        max(case when own_transactions > 0 then transaction_date end),
        cast(null as date),
        min(case when own_transactions > 0 then transaction_date end)
    from {{ ref('int_account_transactions_daily') }} as daily
    cross join {{ source('control', 'run') }} as run
    where {{ in_last_days('daily.transaction_date', 90, 'run.as_of_date') }}
    group by account_no
),

customer_spans as (
    select
        accounts.customer_id,
        max(last_transaction_on) as last_transaction_on,
        min(first_own_on) as first_own_transaction_on,
        max(last_own_on) as last_own_transaction_on,
        max(last_own_before_90d_on) as last_own_before_90d_on,
        min(first_own_in_90d_on) as first_own_in_90d_on
    from spans
    inner join {{ ref('int_accounts_valued') }} as accounts on spans.account_no = accounts.account_no
    group by accounts.customer_id
),

recent as (
    select
        accounts.customer_id,
        run.as_of_date,
        rates.rate,
        daily.*
    from {{ ref('int_account_transactions_daily') }} as daily
    inner join {{ ref('int_accounts_valued') }} as accounts on daily.account_no = accounts.account_no
    cross join {{ source('control', 'run') }} as run
    left join {{ ref('int_fx_rates_daily') }} as rates
        on coalesce(daily.currency, accounts.currency) = rates.currency and daily.transaction_date = rates.rate_day
    where {{ in_last_days('daily.transaction_date', 90, 'run.as_of_date') }}
),

windows as (
    select
        customer_id,
        {%- for flow in ['inflow', 'outflow'] %}
        cast(coalesce(sum(case when {{ in_last_days('transaction_date', 30) }} then {{ in_base_currency(flow, 'rate') }} end), 0) as decimal(18, 2)) as {{ flow }}_30d,
        {%- endfor %}
        {%- for days in [30, 90] %}
        cast(coalesce(sum(case when {{ in_last_days('transaction_date', days) }} then transactions end), 0) as bigint) as transactions_{{ days }}d,
        {%- endfor %}
        {%- for channel in transaction_channels() %}
        coalesce(sum(case when {{ in_last_days('transaction_date', 90) }} then own_{{ channel }} end), 0) as own_{{ channel }}_90d,
        {%- endfor %}
        cast(coalesce(sum(case when {{ in_last_days('transaction_date', 90) }} then own_transactions end), 0) as bigint) as own_transactions_90d
    from recent
    group by customer_id
)

select
    spans.customer_id,
    spans.last_transaction_on,
    spans.first_own_transaction_on,
    spans.last_own_transaction_on,
    windows.inflow_30d,
    windows.outflow_30d,
    windows.transactions_30d,
    windows.transactions_90d,
    windows.own_transactions_90d,
    {%- for channel in transaction_channels() %}
    windows.own_{{ channel }}_90d,
    {%- endfor %}
    {{ dbt.datediff('spans.last_own_before_90d_on', 'spans.first_own_in_90d_on', 'day') }} as own_transaction_gap_days
from customer_spans as spans
left join windows on spans.customer_id = windows.customer_id
