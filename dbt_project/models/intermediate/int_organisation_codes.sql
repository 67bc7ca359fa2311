-- The codes by which third parties speak of the bank's organisations: the one that core banking has, and those of the company records
-- that were found to be the same organisation.
with organisations as (
    select customer_id
    from {{ ref('int_customers_described') }}
    where customer_type in ('small_business', 'corporate')
),

codes as (
    select records.customer_id, customers.credit_code
    from {{ ref('stg_core_banking__customers') }} as customers
    inner join {{ ref('int_customer_records') }} as records on customers.customer_no = records.customer_no
    where customers.credit_code is not null
    union
    select customer_id, record_id
    from {{ ref('customer_identities') }}
    where record_source = 'third_party.companies'
)

select codes.customer_id, codes.credit_code
from codes
inner join organisations on codes.customer_id = organisations.customer_id
