select
    ticket_id,
    contact_id,
    customer_no,
    caller_number_hash,
    {{ caller_key('customer_no', 'caller_number_hash') }} as caller_key,
    category,
    category = 'complaint' as is_complaint,
    topic,
    severity,
    product_code,
    channel,
    opened_at,
    cast(opened_at as date) as opened_on,
    first_response_at,
    resolved_at,
    cast(resolved_at as date) as resolved_on
from {{ source('raw', 'call_centre__tickets') }}
