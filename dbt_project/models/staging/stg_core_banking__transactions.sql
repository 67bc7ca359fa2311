select
    transaction_id,
    account_no,
    posted_at,
    cast(posted_at as date) as transaction_date,
    direction,
    amount,
    case when direction = 'in' then amount else -amount end as signed_amount,
    currency,
    transaction_type,
    channel,
    (transaction_type not in ('interest', 'fee', 'tax') and coalesce(channel, 'unknown') <> 'system') as is_own_transaction,
    (extract(hour from posted_at) >= 22 or extract(hour from posted_at) < 6) as is_at_night,
    counterparty_bank,
    merchant_category,
    country
from {{ source('raw', 'core_banking__transactions') }}
