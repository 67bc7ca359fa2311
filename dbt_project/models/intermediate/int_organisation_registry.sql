-- Of several company records of one organisation the one observed last speaks.
with ranked as (
    select
        codes.customer_id,
        companies.*,
        row_number() over (partition by codes.customer_id order by companies.observed_on desc, companies.credit_code) as position
    from {{ ref('int_organisation_codes') }} as codes
    inner join {{ ref('stg_third_party__companies') }} as companies on codes.credit_code = companies.credit_code
)

select
    customer_id,
    credit_code,
    industry,
    tax_grade,
    annual_tax,
    annual_revenue,
    employees,
    is_specialised_new,
    has_judicial_record as company_has_judicial_record,
    registered_on,
    observed_on
from ranked
where position = 1
