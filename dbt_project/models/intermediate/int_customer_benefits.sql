-- Of a benefit that is used or runs out, what expires first goes first: so what is outstanding is what expires last. An expiry day
-- still counts on the day itself.
with events as (
    select
        records.customer_id,
        events.*,
        run.as_of_date
    from {{ ref('stg_core_banking__benefit_events') }} as events
    inner join {{ ref('int_customer_records') }} as records on events.customer_no = records.customer_no
    cross join {{ source('control', 'run') }} as run
    where events.occurred_on <= run.as_of_date
),

codes as (
    select
        customer_id,
        benefit_code,
        greatest(sum(case event when 'granted' then 1 else -1 end), 0) as outstanding
    from events
    group by customer_id, benefit_code
),

grants as (
    select
        events.customer_id,
        events.expires_on,
        events.as_of_date,
        codes.outstanding,
        row_number() over (
            partition by events.customer_id, events.benefit_code
            order by case when events.expires_on is null then 0 else 1 end, events.expires_on desc, events.benefit_event_id
        ) as position
    from events
    inner join codes on events.customer_id = codes.customer_id and events.benefit_code = codes.benefit_code
    where events.event = 'granted'
),

expiries as (
    select customer_id, min(expires_on) as next_benefit_expiry_on
    from grants
    where position <= outstanding and expires_on >= as_of_date
    group by customer_id
),

outstanding as (
    select customer_id, cast(sum(outstanding) as bigint) as benefits_outstanding
    from codes
    group by customer_id
),

counted as (
    select
        customer_id
        {%- for event in ['granted', 'redeemed', 'expired'] %},
        {{ count_in_last_days("case when event = '" ~ event ~ "' then occurred_on end", 90) }} as benefits_{{ event }}_90d
        {%- endfor %},
        cast(coalesce(sum(case when {{ in_last_days('occurred_on', 90) }} then cost end), 0) as decimal(18, 2)) as benefit_cost_90d
    from events
    group by customer_id
)

select
    counted.*,
    outstanding.benefits_outstanding,
    expiries.next_benefit_expiry_on
from counted
inner join outstanding on counted.customer_id = outstanding.customer_id
left join expiries on counted.customer_id = expiries.customer_id
