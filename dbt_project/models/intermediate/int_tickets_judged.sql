-- A ticket is answered by its first response or by being resolved, and late when a deadline passed before that, as far as the end of
-- the business date can tell. The last working day of those allowed belongs to them.
with tickets as (
    select
        identities.customer_id,
        tickets.*,
        run.as_of_date,
        {{ dbt.dateadd('day', 1, dbt.date_trunc('day', 'run.as_of_date')) }} as ends_at,
        {{ dbt.dateadd('hour', 'parameters.complaint_answer_hours', 'tickets.opened_at') }} as answer_due_at,
        deadlines.day as resolve_due_on
    from {{ ref('stg_call_centre__tickets') }} as tickets
    inner join {{ ref('customer_identities') }} as identities
        on identities.record_source = 'call_centre.callers' and tickets.caller_key = identities.record_id
    cross join {{ source('control', 'run') }} as run
    cross join {{ source('control', 'parameters') }} as parameters
    left join {{ source('control', 'calendar') }} as opened on tickets.opened_on = opened.day
    left join {{ source('control', 'calendar') }} as deadlines
        on deadlines.is_working_day and deadlines.working_day_no = opened.working_day_no + parameters.complaint_resolve_working_days
    where tickets.opened_on <= run.as_of_date
)

select
    ticket_id,
    caller_key,
    customer_id,
    category,
    is_complaint,
    topic,
    severity,
    product_code,
    opened_at,
    opened_on,
    resolved_at,
    resolved_on,
    answer_due_at,
    resolve_due_on,
    resolved_on is null or resolved_on > as_of_date as is_open,
    least(coalesce(first_response_at, resolved_at, ends_at), ends_at) > answer_due_at as is_answered_late,
    coalesce(resolve_due_on <= as_of_date and (resolved_on is null or resolved_on > resolve_due_on), false) as is_resolved_late
from tickets
