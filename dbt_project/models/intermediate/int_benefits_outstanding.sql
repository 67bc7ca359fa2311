-- Of a benefit that is used or runs out, what expires first goes first: so what is outstanding is what expires last.
with events as (
    select
        records.customer_id,
        events.benefit_event_id,
        events.benefit_code,
        events.event,
        events.expires_on
    from {{ ref('stg_core_banking__benefit_events') }} as events
    inner join {{ ref('int_customer_records') }} as records on events.customer_no = records.customer_no
    cross join {{ source('control', 'run') }} as run
    where events.occurred_on <= run.as_of_date
),

codes as (
    select
        customer_id,
        benefit_code,
        sum(case event when 'granted' then 1 else -1 end) as outstanding
    from events
    group by customer_id, benefit_code
),

grants as (
    select
        events.*,
        codes.outstanding,
        row_number() over (
            partition by events.customer_id, events.benefit_code
            order by case when events.expires_on is null then 0 else 1 end, events.expires_on desc, events.benefit_event_id
        ) as position
    from events
    inner join codes on events.customer_id = codes.customer_id and events.benefit_code = codes.benefit_code
    where events.event = 'granted'
)

select customer_id, benefit_event_id, benefit_code, expires_on
from grants
where position <= outstanding
