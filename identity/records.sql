-- One row per source record as landed, in one shape: what each source knows of a person or an organisation. Columns that a
-- source does not have are null by name. `landed_on` of a versioned record is that of its newest version: resolve.py finds
-- when its first one came. The tables are those that stand before dbt runs: accepted rows without pii, and the vault beside.
-- The names in braces say of which records rows are wanted: keys.py fills them in.
with callers_of as (
    select customer_no, caller_number_hash, contact_id as event_id, 'contacts' as of_table, started_at as seen_at, _landed_on
    from raw.call_centre__contacts
    union all
    select customer_no, caller_number_hash, ticket_id, 'tickets', opened_at, _landed_on
    from raw.call_centre__tickets
    union all
    select customer_no, null, survey_id, 'surveys', asked_at, _landed_on
    from raw.call_centre__surveys
),

callers as (
    select
        customer_no,
        caller_number_hash,
        cast(min(seen_at) as date) as first_seen_on,
        min(_landed_on) as landed_on,
        -- a caller without a number has none to look up; said here, since the joins below hash nothing but bare equalities
        min(event_id) filter (of_table = 'contacts' and caller_number_hash is not null) as contact_id,
        min(event_id) filter (of_table = 'tickets' and caller_number_hash is not null) as ticket_id
    from callers_of
    where (customer_no is not null or caller_number_hash is not null) and ${sought_callers}
    group by customer_no, caller_number_hash
),

collected as (
    select
        'core_banking.customers' as record_source,
        customers.customer_no as record_id,
        1 as priority,
        nullif(trim(customers.customer_no), '') as customer_no,
        case when customers.customer_type = 'retail' then 'person' else 'organisation' end as kind,
        people.full_name,
        customers.birth_date,
        customers.gender,
        people.id_number,
        people.mobile,
        people.email,
        cast(null as varchar) as device_id,
        people.address,
        customers.city,
        customers.credit_code,
        customers.opened_on as first_seen_on,
        customers.closed_on,
        customers._landed_on as landed_on
    from (select * from raw.core_banking__customers where ${sought_customers}) as customers
    inner join vault.raw.core_banking__customers as people using (customer_no)

    union all by name
    select
        'app.users' as record_source,
        users.app_user_id as record_id,
        2 as priority,
        nullif(trim(users.customer_no), '') as customer_no,
        people.mobile,
        people.email,
        people.device_id,
        cast(users.registered_at as date) as first_seen_on,
        users._landed_on as landed_on
    from (select * from raw.app__users where ${sought_users}) as users
    inner join vault.raw.app__users as people using (app_user_id)

    union all by name
    select
        'third_party.people' as record_source,
        ${person_key} as record_id,
        3 as priority,
        'person' as kind,
        people.full_name,
        observed.birth_date,
        people.id_number,
        people.mobile,
        people.email,
        people.address,
        observed.city,
        observed.observed_on as first_seen_on,
        observed._landed_on as landed_on
    from (select * from raw.third_party__people where ${sought_people}) as observed
    inner join vault.raw.third_party__people as people using (provider, record_id)

    union all by name
    select
        'third_party.companies' as record_source,
        credit_code as record_id,
        4 as priority,
        'organisation' as kind,
        company_name as full_name,
        city,
        credit_code,
        observed_on as first_seen_on,
        _landed_on as landed_on
    from raw.third_party__companies
    where ${sought_companies}

    union all by name
    select
        'call_centre.callers' as record_source,
        ${caller_key} as record_id,
        5 as priority,
        nullif(trim(callers.customer_no), '') as customer_no,
        coalesce(contacts.caller_number, tickets.caller_number) as mobile,
        callers.first_seen_on,
        callers.landed_on
    from callers
    left join vault.raw.call_centre__contacts as contacts on callers.contact_id = contacts.contact_id
    left join vault.raw.call_centre__tickets as tickets on callers.ticket_id = tickets.ticket_id
),

owners as (
    select
        nullif(trim(customer_no), '') as customer_no,
        min(case when customer_type = 'retail' then 'person' else 'organisation' end) as kind
    from raw.core_banking__customers
    where ${sought_owners}
    group by all
)

-- `said` is another as soon as one value is
select
    collected.*,
    owners.kind as owner_kind,
    hash(collected, owners.kind) as said
from collected
left join owners using (customer_no)
