{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook=[
        "{{ remember_days_of_interactions() }}", "{{ hand_over_interactions() }}", "{{ delete_changed_interactions() }}",
    ]
) }}
-- Every contact in one shape, whosever it is. A session that goes on past midnight stands on both days; events without a session
-- are one a user and day. Of a message counts that it was sent, once, and what came back of the customer; of a task, once something came of it.
{% set nothing = 'cast(null as ' ~ dbt.type_string() ~ ')' %}
{% set minutes = dbt.datediff('min(events.occurred_at)', 'max(events.occurred_at)', 'second') %}
{% call together_by('business_date') %}
with sendings as (
    -- the first event that says so; of what was sent before this system did, that list says it
    select
        events.destination,
        events.message_id,
        events.event,
        events.occurred_at,
        row_number() over (partition by events.message_id order by events.occurred_at, events.event, events.destination) as place
    from {{ ref('stg_engagement__message_events') }} as events
    where {{ is_sending('events') }}
        and events.message_id not in (select message_id from {{ ref('stg_engagement__past_contacts') }} where arm = 'treatment')
    {%- if is_incremental() %}
        and events.message_id in (select message_id from {{ changes_of_messages() }})
    {%- endif %}
),

contacts as (
    select
        {{ interaction_id('app.events', ['events.app_user_id', 'events.session_id', 'events.activity_date']) }} as interaction_id,
        'app.events' as source,
        events.app_user_id as source_id,
        'app.users' as record_source,
        events.app_user_id as record_id,
        'app' as channel,
        'session' as kind,
        'inbound' as direction,
        min(events.occurred_at) as occurred_at,
        events.activity_date as business_date,
        case when min(events.product_code) = max(events.product_code) then max(events.product_code) end as product_code,
        {{ said('count(*)') }} || ' events, ' || {{ said('cast(floor((' ~ minutes ~ ') / 60) as bigint)') }} || ' minutes' as summary
    from {{ of_changed_interactions(0, ref('stg_app__events'), 'activity_date') }} as events
    where events.app_user_id is not null
    group by events.app_user_id, events.session_id, events.activity_date
    union all
    select
        {{ interaction_id('call_centre.contacts', ['calls.contact_id']) }},
        'call_centre.contacts',
        calls.contact_id,
        'call_centre.callers',
        calls.caller_key,
        case
            when calls.channel in ('inbound_call', 'outbound_call') then 'phone'
            when calls.channel = 'branch_visit' then 'branch'
            else calls.channel
        end,
        case when calls.channel in ('inbound_call', 'outbound_call') then 'call' else calls.channel end,
        case when calls.channel = 'outbound_call' then 'outbound' else 'inbound' end,
        calls.started_at,
        calls.started_on,
        {{ nothing }},
        coalesce(calls.reason, 'no reason') || '; ' || coalesce(calls.outcome, 'no outcome')
        || coalesce('; ' || {{ said('cast(floor(calls.service_seconds / 60) as bigint)') }} || ' minutes', '')
    from {{ of_changed_interactions(1, ref('stg_call_centre__contacts'), 'started_on') }} as calls
    union all
    select
        {{ interaction_id('call_centre.tickets', ['tickets.ticket_id']) }},
        'call_centre.tickets',
        tickets.ticket_id,
        'call_centre.callers',
        tickets.caller_key,
        coalesce(tickets.channel, 'unknown'),
        'ticket',
        'inbound',
        tickets.opened_at,
        tickets.opened_on,
        tickets.product_code,
        tickets.category || coalesce('; ' || tickets.topic, '') || coalesce('; ' || tickets.severity, '')
    from {{ of_changed_interactions(2, ref('stg_call_centre__tickets'), 'opened_on') }} as tickets
    union all
    select
        {{ interaction_id('call_centre.surveys', ['surveys.survey_id']) }},
        'call_centre.surveys',
        surveys.survey_id,
        'call_centre.callers',
        surveys.caller_key,
        coalesce(surveys.channel, 'unknown'),
        'survey',
        'inbound',
        surveys.answered_at,
        surveys.answered_on,
        {{ nothing }},
        'answered' || coalesce('; nps ' || {{ said('surveys.nps_score') }}, '')
        || coalesce('; satisfaction ' || {{ said('surveys.satisfaction') }}, '')
    from {{ of_changed_interactions(3, ref('stg_call_centre__surveys'), 'answered_on') }} as surveys
    where surveys.answered_at is not null
    union all
    select
        {{ interaction_id('engagement.message_events', ['events.destination', 'events.message_id', 'events.event', 'events.occurred_at']) }},
        'engagement.message_events',
        events.message_id,
        'message',
        events.message_id,
        {{ nothing }},
        case when {{ is_sending('events') }} then 'message_sent' else 'message_' || events.event end,
        case when {{ is_sending('events') }} then 'outbound' else 'inbound' end,
        events.occurred_at,
        events.occurred_on,
        {{ nothing }},
        events.event
    from {{ of_changed_interactions(4, ref('stg_engagement__message_events'), 'occurred_on') }} as events
    left join sendings
        on events.destination = sendings.destination
        and events.message_id = sendings.message_id
        and events.event = sendings.event
        and events.occurred_at = sendings.occurred_at
    where sendings.place = 1 or events.event in ('opened', 'clicked', 'replied', 'unsubscribed', 'complained')
    union all
    select
        {{ interaction_id('engagement.task_results', ['results.task_id', 'results.updated_at']) }},
        'engagement.task_results',
        results.task_id,
        'message',
        results.task_id,
        {{ nothing }},
        'task_result',
        'outbound',
        results.updated_at,
        results.updated_on,
        {{ nothing }},
        results.status || coalesce('; ' || results.outcome, '')
    from {{ of_changed_interactions(5, ref('stg_engagement__task_results'), 'updated_on') }} as results
    where results.status = 'done' or results.outcome is not null
    union all
    select
        {{ interaction_id('core_banking.transactions', ['transactions.transaction_id']) }},
        'core_banking.transactions',
        transactions.transaction_id,
        'core_banking.accounts',
        transactions.account_no,
        'branch',
        'counter_transaction',
        'inbound',
        transactions.posted_at,
        transactions.transaction_date,
        {{ nothing }},
        transactions.transaction_type || '; ' || transactions.direction
    from {{ of_changed_interactions(6, ref('stg_core_banking__transactions'), 'transaction_date') }} as transactions
    where transactions.channel = 'branch' and transactions.is_own_transaction
    union all
    select
        {{ interaction_id('engagement.past_contacts', ['past.message_id']) }},
        'engagement.past_contacts',
        past.message_id,
        'message',
        past.message_id,
        {{ nothing }},
        'message_sent',
        'outbound',
        past.sent_at,
        past.sent_on,
        {{ nothing }},
        'sent' || coalesce('; ' || past.outcome, '')
    from {{ of_changed_interactions(7, ref('stg_engagement__past_contacts'), 'sent_on') }} as past
    where past.arm = 'treatment'
)

select
    contacts.interaction_id,
    contacts.source,
    contacts.source_id,
    contacts.record_source,
    contacts.record_id,
    owners.customer_id,
    case when contacts.record_source = 'message' then owners.channel else contacts.channel end as channel,
    contacts.kind,
    contacts.direction,
    contacts.occurred_at,
    contacts.business_date,
    contacts.product_code,
    contacts.summary,
    owners.campaign
from contacts
left join {{ ref('int_interaction_owners') }} as owners
    on contacts.record_source = owners.record_source and contacts.record_id = owners.record_id
{% endcall %}
