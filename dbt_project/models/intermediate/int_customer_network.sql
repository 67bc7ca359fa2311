-- Who supplies whom counts from either end: a supplier names whom it supplies, a buyer whom it buys from. A core enterprise counts its
-- partners whether they bank here or not.
with trade as (
    select from_credit_code as supplier, to_credit_code as buyer
    from {{ ref('stg_third_party__company_links') }}
    where link = 'supplier' and from_credit_code <> to_credit_code
    union
    select to_credit_code, from_credit_code
    from {{ ref('stg_third_party__company_links') }}
    where link = 'buyer' and from_credit_code <> to_credit_code
),

partners as (
    select supplier as credit_code, buyer as partner from trade
    union
    select buyer, supplier from trade
),

cores as (
    select credit_code
    from partners
    group by credit_code
    having count(*) >= (select core_enterprise_partners from {{ source('control', 'parameters') }})
),

chains as (
    select
        codes.customer_id,
        max(case when own.credit_code is not null then 1 else 0 end) = 1 as is_core_enterprise,
        max(case when theirs.credit_code is not null then 1 else 0 end) = 1 as is_chain_member
    from {{ ref('int_organisation_codes') }} as codes
    inner join partners on codes.credit_code = partners.credit_code
    left join cores as own on codes.credit_code = own.credit_code
    left join cores as theirs on partners.partner = theirs.credit_code
    group by codes.customer_id
),

traded_here as (
    select from_customer_id as supplier, to_customer_id as buyer from {{ ref('int_customer_links') }} where link = 'supplier'
    union
    select to_customer_id, from_customer_id from {{ ref('int_customer_links') }} where link = 'buyer'
),

suppliers as (
    select buyer as customer_id, cast(count(*) as bigint) as suppliers_here from traded_here group by buyer
),

buyers as (
    select supplier as customer_id, cast(count(*) as bigint) as buyers_here from traded_here group by supplier
),

employees as (
    select
        links.to_customer_id as customer_id,
        cast(count(*) as bigint) as employees_here,
        cast(sum(case when salary.salary_90d > 0 then 1 else 0 end) as bigint) as payroll_employees_here
    from {{ ref('int_customer_links') }} as links
    left join {{ ref('int_customer_salary') }} as salary on links.from_customer_id = salary.customer_id
    where links.link = 'employer'
    group by links.to_customer_id
),

households as (
    select from_customer_id as customer_id, cast(1 + count(*) as bigint) as household_size
    from {{ ref('int_customer_links') }}
    where link = 'household'
    group by from_customer_id
),

owners as (
    select distinct records.customer_id
    from {{ ref('stg_third_party__company_people') }} as people
    inner join {{ ref('stg_core_banking__customers') }} as customers
        on people.id_number_hash = customers.id_number_hash and customers.customer_type = 'retail'
    inner join {{ ref('int_customer_records') }} as records on customers.customer_no = records.customer_no
    where people.role in ('owner', 'legal_representative')
)

select
    described.customer_id,
    coalesce(employees.employees_here, 0) as employees_here,
    coalesce(employees.payroll_employees_here, 0) as payroll_employees_here,
    case when described.customer_type = 'retail' then coalesce(households.household_size, 1) end as household_size,
    coalesce(suppliers.suppliers_here, 0) as suppliers_here,
    coalesce(buyers.buyers_here, 0) as buyers_here,
    coalesce(chains.is_core_enterprise, false) as is_core_enterprise,
    coalesce(chains.is_chain_member, false) as is_chain_member,
    owners.customer_id is not null as owns_organisation,
    employer.customer_id as employer_customer_id
from {{ ref('int_customers_described') }} as described
left join employees on described.customer_id = employees.customer_id
left join households on described.customer_id = households.customer_id
left join suppliers on described.customer_id = suppliers.customer_id
left join buyers on described.customer_id = buyers.customer_id
left join chains on described.customer_id = chains.customer_id
left join owners on described.customer_id = owners.customer_id
left join {{ ref('int_customer_records') }} as employer
    on described.employer_no = employer.customer_no and described.customer_id <> employer.customer_id
