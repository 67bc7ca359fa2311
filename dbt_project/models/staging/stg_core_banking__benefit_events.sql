select
    benefit_event_id,
    customer_no,
    benefit_code,
    event,
    occurred_at,
    cast(occurred_at as date) as occurred_on,
    cost,
    expires_on
from {{ source('raw', 'core_banking__benefit_events') }}
