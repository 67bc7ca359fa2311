-- Tickets to which something happened lately: opened, resolved, or a deadline that passed; of callers who are surely the customer.
with tickets as (
    select
        judged.*,
        {{ moments_since() }} as since_on,
        run.as_of_date
    from {{ ref('int_tickets_judged') }} as judged
    inner join {{ ref('int_records_sure') }} as callers
        on callers.record_source = 'call_centre.callers' and judged.caller_key = callers.record_id
    cross join {{ source('control', 'run') }} as run
)

select
    tickets.customer_id,
    tickets.ticket_id,
    tickets.category,
    tickets.is_complaint,
    tickets.topic,
    tickets.severity,
    tickets.product_code,
    tickets.opened_at,
    tickets.opened_on,
    tickets.resolved_at,
    tickets.answer_due_at,
    tickets.resolve_due_on,
    tickets.is_answered_late,
    tickets.is_resolved_late,
    tickets.since_on,
    tickets.as_of_date
from tickets
inner join {{ ref('int_customers_profiled') }} as profile on tickets.customer_id = profile.customer_id
where tickets.opened_on > tickets.since_on or tickets.resolved_on > tickets.since_on
    or tickets.resolve_due_on >= tickets.since_on or cast(tickets.answer_due_at as date) > tickets.since_on
