-- Money in base currency is read from the windows' sums; money in another is converted by the rate of the transaction's own day,
-- and left out without a rate. First and last days reach back over the whole history, whose older part is kept as a sum.
{% set money = windows_of(money_measures()) %}
{% set largest = windows_of(largest_measures()) %}
{% set counts = windows_of(count_measures()) %}
with run as (
    select as_of_date, base_currency from {{ source('control', 'run') }}
),

spans as (
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
        last_transaction_on,
        first_own_on,
        last_own_on,
        cast(null as date),
        first_own_on
    from {{ ref('int_account_transactions_recent') }}
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
    {{ with_owner_and_currency(ref('int_account_transactions_recent')) }}
),

-- few accounts, by their names alone: the sums of all others would be kept for them
in_other_currencies as (
    select owned.customer_id, owned.account_no, owned.currency, owned.posted_currency
    from ({{ with_owner_and_currency(ref('int_account_transactions_recent')) }}) as owned
    cross join run
    where owned.posted_currency <> run.base_currency
),

largest as (
    select
        account_no,
        currency
        {%- for column, measure, days in largest %},
        max({{ measure }}) as {{ column }}
        {%- endfor %}
    from {{ ref('int_account_transactions_daily') }} as daily
    cross join run
    where {{ in_last_days('daily.transaction_date', 30, 'run.as_of_date') }}
    group by account_no, currency
),

converted as (
    select
        posted.customer_id
        {%- for column, measure, days in money %},
        cast(sum(case when {{ in_last_days('daily.transaction_date', days) }} then {{ in_base_currency('daily.' ~ measure, 'rates.rate') }} end) as decimal(18, 2)) as {{ column }}
        {%- endfor %}
        {%- for column, measure, days in largest %},
        cast(max(case when {{ in_last_days('daily.transaction_date', days) }} then {{ in_base_currency('daily.' ~ measure, 'rates.rate') }} end) as decimal(18, 2)) as {{ column }}
        {%- endfor %}
    from in_other_currencies as posted
    cross join run
    inner join {{ ref('int_account_transactions_daily') }} as daily
        on posted.account_no = daily.account_no and coalesce(posted.currency, 'own') = coalesce(daily.currency, 'own')
    inner join {{ ref('int_fx_rates_daily') }} as rates
        on posted.posted_currency = rates.currency and daily.transaction_date = rates.rate_day
    where {{ in_last_days('daily.transaction_date', 90, 'run.as_of_date') }}
    group by posted.customer_id
),

in_base as (
    select
        recent.customer_id
        {%- for column, measure, days in money %},
        cast(sum(case when posted_currency = run.base_currency then {{ column }} end) as decimal(18, 2)) as {{ column }}
        {%- endfor %}
        {%- for column, measure, days in largest %},
        max(case when posted_currency = run.base_currency then largest.{{ column }} end) as {{ column }}
        {%- endfor %}
        {%- for column, measure, days in counts %},
        cast(coalesce(sum({{ column }}), 0) as bigint) as {{ column }}
        {%- endfor %}
    from recent
    cross join run
    left join largest
        on recent.account_no = largest.account_no and coalesce(recent.currency, 'own') = coalesce(largest.currency, 'own')
    group by recent.customer_id
)

select
    spans.customer_id,
    spans.last_transaction_on,
    spans.first_own_transaction_on,
    spans.last_own_transaction_on,
    {%- for column, measure, days in money %}
    case
        when in_base.customer_id is not null
            then cast(coalesce(in_base.{{ column }}, 0) + coalesce(converted.{{ column }}, 0) as decimal(18, 2))
    end as {{ column }},
    {%- endfor %}
    {%- for column, measure, days in largest %}
    case
        when in_base.customer_id is not null
            then cast(greatest(coalesce(in_base.{{ column }}, 0), coalesce(converted.{{ column }}, 0)) as decimal(18, 2))
    end as {{ column }},
    {%- endfor %}
    {%- for column, measure, days in counts %}
    in_base.{{ column }},
    {%- endfor %}
    spending.spends_on_90d,
    spending.top_merchant_category_90d,
    {{ dbt.datediff('spans.last_own_before_90d_on', 'spans.first_own_in_90d_on', 'day') }} as own_transaction_gap_days
from customer_spans as spans
left join in_base on spans.customer_id = in_base.customer_id
left join converted on spans.customer_id = converted.customer_id
left join {{ ref('int_customer_spending') }} as spending on spans.customer_id = spending.customer_id
