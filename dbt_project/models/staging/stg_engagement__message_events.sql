select
    destination,
    message_id,
    event,
    occurred_at,
    cast(occurred_at as date) as occurred_on
from {{ source('raw', 'engagement__message_events') }}
