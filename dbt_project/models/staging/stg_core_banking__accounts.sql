select
    account_no,
    customer_no,
    product_code,
    currency,
    opened_on,
    matures_on,
    closed_on,
    credit_limit,
    payment_due_on
from {{ source('raw', 'core_banking__accounts') }}
