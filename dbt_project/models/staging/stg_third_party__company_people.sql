select
    credit_code,
    id_number_hash,
    role,
    observed_on
from {{ source('raw', 'third_party__company_people') }}
