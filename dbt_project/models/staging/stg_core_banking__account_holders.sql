select
    account_no,
    customer_no,
    role
from {{ source('raw', 'core_banking__account_holders') }}
