-- Money in base currency is read from the windows' sums; money in another is converted by the rate of the day of the purchase.
with run as (
    select as_of_date, base_currency from {{ source('control', 'run') }}
),

recent as (
    {{ with_owner_and_currency(ref('int_account_spending_recent')) }}
),

parts as (
    select
        recent.customer_id,
        recent.merchant_category,
        recent.purchases_90d as purchases,
        case when recent.posted_currency = run.base_currency then recent.spent_90d end as spent
    from recent
    cross join run
    union all
    select
        recent.customer_id,
        recent.merchant_category,
        0,
        {{ in_base_currency('daily.spent', 'rates.rate') }}
    from recent
    cross join run
    inner join {{ ref('int_account_spending_daily') }} as daily
        on recent.account_no = daily.account_no
        and recent.merchant_category = daily.merchant_category
        and coalesce(recent.currency, 'own') = coalesce(daily.currency, 'own')
    inner join {{ ref('int_fx_rates_daily') }} as rates
        on recent.posted_currency = rates.currency and daily.transaction_date = rates.rate_day
    where recent.posted_currency <> run.base_currency and {{ in_last_days('daily.transaction_date', 90, 'run.as_of_date') }}
),

categories as (
    select
        customer_id,
        merchant_category,
        sum(purchases) as purchases,
        coalesce(sum(spent), 0) as spent
    from parts
    group by customer_id, merchant_category
),

ranked as (
    select
        *,
        row_number() over (partition by customer_id order by spent desc, merchant_category) as position
    from categories
)

select
    ranked.customer_id,
    {{ listed("case when ranked.purchases >= parameters.spender_purchases then ranked.merchant_category end") }} as spends_on_90d,
    max(case when ranked.position = 1 then ranked.merchant_category end) as top_merchant_category_90d
from ranked
cross join {{ source('control', 'parameters') }} as parameters
group by ranked.customer_id
