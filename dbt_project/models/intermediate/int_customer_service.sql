-- What customers asked, complained of and answered, up to the business date.
{% set calls = "channel in ('inbound_call', 'outbound_call')" %}
with callers as (
    select
        identities.record_id as caller_key,
        identities.customer_id,
        run.as_of_date
    from {{ ref('customer_identities') }} as identities
    cross join {{ source('control', 'run') }} as run
    where identities.record_source = 'call_centre.callers'
),

contacts as (
    select
        callers.customer_id,
        {{ count_in_last_days('contacts.started_on', 90) }} as contacts_90d,
        {{ count_in_last_days('case when ' ~ calls ~ ' then contacts.started_on end', 90) }} as calls_90d,
        {{ count_in_last_days('case when ' ~ calls ~ " and contacts.outcome = 'abandoned' then contacts.started_on end", 90) }}
            as abandoned_calls_90d,
        max(case when {{ in_last_days('contacts.started_on', 90) }} then contacts.wait_seconds end) as longest_wait_seconds_90d,
        max(contacts.started_on) as last_contact_on
    from {{ ref('stg_call_centre__contacts') }} as contacts
    inner join callers on contacts.caller_key = callers.caller_key
    where contacts.started_on <= callers.as_of_date
    group by callers.customer_id
),

reasons as (
    select distinct callers.customer_id, contacts.reason
    from {{ ref('stg_call_centre__contacts') }} as contacts
    inner join {{ ref('int_records_sure') }} as callers
        on callers.record_source = 'call_centre.callers' and contacts.caller_key = callers.record_id
    cross join {{ source('control', 'run') }} as run
    where {{ in_last_days('contacts.started_on', 90, 'run.as_of_date') }} and contacts.reason is not null
),

asked as (
    select customer_id, {{ listed('reason') }} as asked_about
    from reasons
    group by customer_id
),

tickets as (
    select
        customer_id,
        {{ count_in_last_days('opened_on', 90) }} as tickets_90d,
        cast(sum(case when is_open then 1 else 0 end) as bigint) as open_tickets,
        cast(sum(case when is_complaint and is_open then 1 else 0 end) as bigint) as complaints_open,
        max(case when is_complaint then opened_on end) as last_complaint_on,
        {{ count_in_last_days('case when is_complaint then opened_on end', 30) }} as complaints_30d,
        {{ count_in_last_days('case when is_complaint then opened_on end', 90) }} as complaints_90d,
        {{ count_in_last_days('case when is_complaint and (is_answered_late or is_resolved_late) then opened_on end', 90) }}
            as late_complaints_90d,
        {{ count_in_last_days("case when category = 'praise' then opened_on end", 90) }} as praises_90d,
        {{ count_in_last_days("case when category = 'fraud_report' then opened_on end", 90) }} as fraud_reports_90d
    from {{ ref('int_tickets_judged') }} as tickets
    cross join {{ source('control', 'run') }} as run
    group by customer_id
),

surveys as (
    select
        callers.customer_id,
        -- of two answers at one moment the survey's number decides, so that every run says the same
        {%- for score in ['nps_score', 'satisfaction'] %}
        {{ max_by('surveys.' ~ score, 'case when surveys.' ~ score ~ ' is not null then ' ~ dbt.concat([
            'cast(surveys.answered_at as ' ~ dbt.type_string() ~ ')', 'surveys.survey_id']) ~ ' end') }} as last_{{ score }},
        {%- endfor %}
        max(case when surveys.nps_score is not null then surveys.answered_on end) as nps_answered_on
    from {{ ref('stg_call_centre__surveys') }} as surveys
    inner join callers on surveys.caller_key = callers.caller_key
    where surveys.answered_on <= callers.as_of_date
    group by callers.customer_id
),

heard as (
    select customer_id from contacts
    union
    select customer_id from tickets
    union
    select customer_id from surveys
)

select
    heard.customer_id,
    {%- for column in ['contacts_90d', 'calls_90d', 'abandoned_calls_90d'] %}
    coalesce(contacts.{{ column }}, 0) as {{ column }},
    {%- endfor %}
    contacts.longest_wait_seconds_90d,
    contacts.last_contact_on,
    asked.asked_about,
    {%- for column in ['tickets_90d', 'open_tickets', 'complaints_open', 'complaints_30d', 'complaints_90d', 'late_complaints_90d', 'praises_90d', 'fraud_reports_90d'] %}
    coalesce(tickets.{{ column }}, 0) as {{ column }},
    {%- endfor %}
    tickets.last_complaint_on,
    surveys.last_nps_score,
    surveys.nps_answered_on,
    surveys.last_satisfaction
from heard
left join contacts on heard.customer_id = contacts.customer_id
left join asked on heard.customer_id = asked.customer_id
left join tickets on heard.customer_id = tickets.customer_id
left join surveys on heard.customer_id = surveys.customer_id
