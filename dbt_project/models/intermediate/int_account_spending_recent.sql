{% set windows = [['spent_90d', 'spent', 90], ['purchases_90d', 'purchases', 90]] %}
with parts as (
    {{ parts_of_windows(
        ref('int_account_spending_daily'), ['account_no', 'currency', 'merchant_category'], windows,
        source('changes', 'core_banking__transactions'), 'account_no', 'posted_at', 'transaction_date',
    ) }}
)

select
    parts.account_no,
    parts.currency,
    parts.merchant_category,
    cast(sum(parts.spent_90d) as decimal(18, 2)) as spent_90d,
    cast(sum(parts.purchases_90d) as bigint) as purchases_90d,
    max(run.as_of_date) as counted_to
from parts
cross join {{ source('control', 'run') }} as run
group by parts.account_no, parts.currency, parts.merchant_category
having sum(parts.purchases_90d) > 0
