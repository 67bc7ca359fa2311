select
    records.customer_id,
    {{ count_in_last_days("case when event = 'granted' then occurred_on end", 90) }} as benefits_granted_90d,
    {{ count_in_last_days("case when event = 'redeemed' then occurred_on end", 90) }} as benefits_redeemed_90d
from {{ ref('stg_core_banking__benefit_events') }} as events
inner join {{ ref('int_customer_records') }} as records on events.customer_no = records.customer_no
cross join {{ source('control', 'run') }} as run
group by records.customer_id
