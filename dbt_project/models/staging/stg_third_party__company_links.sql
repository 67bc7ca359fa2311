select
    from_credit_code,
    to_credit_code,
    link,
    observed_on
from {{ source('raw', 'third_party__company_links') }}
