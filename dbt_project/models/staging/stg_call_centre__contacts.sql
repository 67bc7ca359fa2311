select
    contact_id,
    customer_no,
    caller_number_hash,
    {{ caller_key('customer_no', 'caller_number_hash') }} as caller_key,
    channel,
    started_at,
    cast(started_at as date) as started_on,
    ended_at,
    wait_seconds,
    service_seconds,
    agent_id,
    reason,
    outcome
from {{ source('raw', 'call_centre__contacts') }}
