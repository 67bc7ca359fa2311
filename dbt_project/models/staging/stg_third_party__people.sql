select
    {{ person_key('provider', 'record_id') }} as record_key,
    provider,
    record_id,
    birth_date,
    city,
    income_band,
    interests,
    credit_score,
    has_judicial_record,
    observed_on
from {{ source('raw', 'third_party__people') }}
