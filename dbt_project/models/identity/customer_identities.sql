-- Who is who. All that is downstream takes customer_id from here and never derives it, so that a better resolution can
-- take this model's place. Today two records are the same customer when they carry the same customer number.
with core as (
    select customer_no, opened_on from {{ ref('stg_core_banking__customers') }}
),

callers as (
    select customer_no, min(seen_on) as first_seen_on
    from (
        select customer_no, started_on as seen_on from {{ ref('stg_call_centre__contacts') }}
        union all
        select customer_no, opened_on as seen_on from {{ ref('stg_call_centre__tickets') }}
        union all
        select customer_no, asked_on as seen_on from {{ ref('stg_call_centre__surveys') }}
    ) as seen
    where customer_no is not null
    group by customer_no
),

records as (
    select
        'core_banking.customers' as record_source, customer_no as record_id, customer_no, opened_on as first_seen_on,
        {{ founded_on('core_banking.customers', 'customer_no') }} as own_customer_id
    from core
    union all
    select 'app.users', app_user_id, customer_no, registered_on, {{ founded_on('app.users', 'app_user_id') }}
    from {{ ref('stg_app__users') }}
    union all
    select 'call_centre.callers', customer_no, customer_no, first_seen_on, {{ founded_on('call_centre.callers', 'customer_no') }}
    from callers
    union all
    select
        'third_party.people', record_key, cast(null as {{ dbt.type_string() }}), observed_on,
        {{ founded_on('third_party.people', 'record_key') }}
    from {{ ref('stg_third_party__people') }}
),

resolved as (
    select
        records.*,
        case when core.customer_no is null then records.own_customer_id
            else {{ founded_on('core_banking.customers', 'core.customer_no') }} end as customer_id
    from records
    left join core on records.customer_no = core.customer_no
),

counted as (
    select *, count(*) over (partition by customer_id) as records_of_customer from resolved
)

select
    record_source,
    record_id,
    customer_id,
    case when records_of_customer > 1 then 'same_customer_number' else 'alone' end as method,
    cast(1 as double) as confidence,
    case when records_of_customer > 1 then 'customer_no' end as matched_on,
    first_seen_on
from counted
