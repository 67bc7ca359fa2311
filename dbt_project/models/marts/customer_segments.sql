select
    run.as_of_date as business_date,
    segments.customer_id,
    segments.value_tier,
    segments.lifecycle_stage,
    segments.micro_segment,
    segments.value_score,
    segments.behaviour_score,
    segments.demand_score,
    segments.segment_reason as reason,
    segments.value_parts,
    segments.behaviour_parts,
    segments.demand_parts
from {{ ref('int_customers_segmented') }} as segments
cross join {{ source('control', 'run') }} as run
