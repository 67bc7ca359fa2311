select
    customer_no,
    purpose,
    channel,
    product_category,
    is_granted,
    changed_at,
    cast(changed_at as date) as changed_on
from {{ source('raw', 'engagement__consents') }}
