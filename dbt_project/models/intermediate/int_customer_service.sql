-- Contacts, tickets and surveys as one list of things that happened, so that each is tied to its customer in one place.
with happened as (
    select caller_key, 'contact' as kind, started_on as happened_on, cast(null as date) as resolved_on, cast(null as bigint) as nps_score
    from {{ ref('stg_call_centre__contacts') }}
    union all
    select caller_key, case when is_complaint then 'complaint' else 'ticket' end, opened_on, resolved_on, cast(null as bigint)
    from {{ ref('stg_call_centre__tickets') }}
    union all
    select caller_key, 'survey', answered_on, cast(null as date), nps_score
    from {{ ref('stg_call_centre__surveys') }}
),

known as (
    select
        identities.customer_id,
        happened.*,
        run.as_of_date
    from happened
    inner join {{ ref('customer_identities') }} as identities
        on identities.record_source = 'call_centre.callers' and identities.record_id = happened.caller_key
    cross join {{ source('control', 'run') }} as run
    where happened.happened_on <= run.as_of_date
)

select
    customer_id,
    {{ count_in_last_days("case when kind = 'contact' then happened_on end", 90) }} as contacts_90d,
    max(case when kind = 'contact' then happened_on end) as last_contact_on,
    {{ count_in_last_days("case when kind = 'complaint' then happened_on end", 90) }} as complaints_90d,
    cast(sum(
        case when kind in ('complaint', 'ticket') and (resolved_on is null or resolved_on > as_of_date) then 1 else 0 end
    ) as bigint) as open_tickets,
    {{ max_by('nps_score', "case when kind = 'survey' and nps_score is not null then happened_on end") }} as last_nps_score
from known
group by customer_id
