select
    product_code,
    product_name,
    category,
    risk_rating,
    annual_rate,
    quota,
    launched_on,
    withdrawn_on
from {{ source('raw', 'core_banking__products') }}
