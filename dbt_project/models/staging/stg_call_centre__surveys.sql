select
    survey_id,
    customer_no,
    {{ caller_key('customer_no', 'cast(null as ' ~ dbt.type_string() ~ ')') }} as caller_key,
    contact_id,
    channel,
    asked_at,
    cast(asked_at as date) as asked_on,
    answered_at,
    cast(answered_at as date) as answered_on,
    nps_score,
    satisfaction
from {{ source('raw', 'call_centre__surveys') }}
