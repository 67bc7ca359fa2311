select
    message_id,
    customer_no,
    campaign,
    arm,
    channel,
    sent_at,
    cast(sent_at as date) as sent_on,
    outcome,
    cost
from {{ source('raw', 'engagement__past_contacts') }}
