-- An expiry day still counts on the day itself.
with counted as (
    select
        records.customer_id
        {%- for event in ['granted', 'redeemed', 'expired'] %},
        {{ count_in_last_days("case when events.event = '" ~ event ~ "' then events.occurred_on end", 90) }} as benefits_{{ event }}_90d
        {%- endfor %},
        cast(
            coalesce(sum(case when {{ in_last_days('events.occurred_on', 90) }} then events.cost end), 0) as decimal(18, 2)
        ) as benefit_cost_90d
    from {{ ref('stg_core_banking__benefit_events') }} as events
    inner join {{ ref('int_customer_records') }} as records on events.customer_no = records.customer_no
    cross join {{ source('control', 'run') }} as run
    where events.occurred_on <= run.as_of_date
    group by records.customer_id
),

outstanding as (
    select
        benefits.customer_id,
        count(*) as benefits_outstanding,
        min(case when benefits.expires_on >= run.as_of_date then benefits.expires_on end) as next_benefit_expiry_on
    from {{ ref('int_benefits_outstanding') }} as benefits
    cross join {{ source('control', 'run') }} as run
    group by benefits.customer_id
)

select
    counted.*,
    cast(coalesce(outstanding.benefits_outstanding, 0) as bigint) as benefits_outstanding,
    outstanding.next_benefit_expiry_on
from counted
left join outstanding on counted.customer_id = outstanding.customer_id
