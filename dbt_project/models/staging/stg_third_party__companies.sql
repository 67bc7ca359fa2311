select
    credit_code,
    company_name,
    industry,
    city,
    registered_on,
    tax_grade,
    annual_tax,
    annual_revenue,
    employees,
    is_specialised_new,
    has_judicial_record,
    observed_on
from {{ source('raw', 'third_party__companies') }}
