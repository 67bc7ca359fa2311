-- A household is two persons on one account of a person, as its owner, joint holder or authorised user; it stands in both directions.
-- Sharing a telephone or an address makes none, nor does an account that more persons hold than household_holders.
with employers as (
    select distinct
        employees.customer_id as from_customer_id,
        employers.customer_id as to_customer_id,
        cast('employer' as {{ dbt.type_string() }}) as link,
        cast(null as date) as observed_on
    from {{ ref('stg_core_banking__customers') }} as customers
    inner join {{ ref('int_customer_records') }} as employees on customers.customer_no = employees.customer_no
    inner join {{ ref('int_customer_records') }} as employers on customers.employer_no = employers.customer_no
),

-- who alone is on an account shares none: only those that somebody else is named on are looked at
holders as (
    select account_no, customer_no from {{ ref('stg_core_banking__accounts') }}
    where account_no in (select account_no from {{ ref('stg_core_banking__account_holders') }})
    union
    select account_no, customer_no from {{ ref('stg_core_banking__account_holders') }}
),

persons as (
    select distinct
        holders.account_no,
        holding.customer_id,
        accounts.opened_on
    from holders
    inner join {{ ref('stg_core_banking__accounts') }} as accounts on holders.account_no = accounts.account_no
    inner join {{ ref('stg_core_banking__customers') }} as owners
        on accounts.customer_no = owners.customer_no and owners.customer_type = 'retail'
    inner join {{ ref('int_customer_records') }} as holding on holders.customer_no = holding.customer_no
    inner join {{ ref('int_customers_described') }} as described
        on holding.customer_id = described.customer_id and described.customer_type = 'retail'
    cross join {{ source('control', 'run') }} as run
    where accounts.opened_on <= run.as_of_date and (accounts.closed_on is null or accounts.closed_on > run.as_of_date)
),

shared as (
    select account_no
    from persons
    group by account_no
    having count(*) between 2 and (select household_holders from {{ source('control', 'parameters') }})
),

households as (
    select
        one.customer_id as from_customer_id,
        other.customer_id as to_customer_id,
        'household' as link,
        max(one.opened_on) as observed_on
    from shared
    inner join persons as one on shared.account_no = one.account_no
    inner join persons as other on shared.account_no = other.account_no
    where one.customer_id <> other.customer_id
    group by one.customer_id, other.customer_id
),

companies as (
    select
        givers.customer_id as from_customer_id,
        takers.customer_id as to_customer_id,
        links.link,
        max(links.observed_on) as observed_on
    from {{ ref('stg_third_party__company_links') }} as links
    inner join {{ ref('int_organisation_codes') }} as givers on links.from_credit_code = givers.credit_code
    inner join {{ ref('int_organisation_codes') }} as takers on links.to_credit_code = takers.credit_code
    group by givers.customer_id, takers.customer_id, links.link
),

people as (
    select
        records.customer_id as from_customer_id,
        codes.customer_id as to_customer_id,
        case people.role when 'owner' then 'owner_of' when 'director' then 'director_of' else 'legal_representative_of' end as link,
        max(people.observed_on) as observed_on
    from {{ ref('stg_third_party__company_people') }} as people
    inner join {{ ref('stg_core_banking__customers') }} as customers
        on people.id_number_hash = customers.id_number_hash and customers.customer_type = 'retail'
    inner join {{ ref('int_customer_records') }} as records on customers.customer_no = records.customer_no
    inner join {{ ref('int_organisation_codes') }} as codes on people.credit_code = codes.credit_code
    group by records.customer_id, codes.customer_id, people.role
),

links as (
    select * from employers
    union all
    select * from households
    union all
    select * from companies
    union all
    select * from people
)

select from_customer_id, to_customer_id, link, observed_on
from links
where from_customer_id <> to_customer_id
