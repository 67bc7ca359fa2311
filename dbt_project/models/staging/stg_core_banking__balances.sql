select
    account_no,
    balance_date,
    balance,
    days_past_due
from {{ source('raw', 'core_banking__balances') }}
