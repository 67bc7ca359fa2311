select
    survey_id,
    customer_no,
    contact_id,
    channel,
    asked_at,
    cast(asked_at as date) as asked_on,
    answered_at,
    cast(answered_at as date) as answered_on,
    nps_score,
    satisfaction
from {{ source('raw', 'call_centre__surveys') }}
