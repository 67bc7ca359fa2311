select
    profile.business_date,
    profile.customer_id,
    tiers.value_tier,
    stages.lifecycle_stage,
    cast(null as {{ dbt.type_string() }}) as micro_segment,
    cast(null as double) as value_score,
    cast(null as double) as behaviour_score,
    cast(null as double) as demand_score,
    'Tier ' || tiers.value_tier || ': ' || tiers.tier_reason
    || '. Stage ' || stages.lifecycle_stage || ': ' || stages.stage_reason || '.' as reason
from {{ ref('int_customers_profiled') }} as profile
inner join {{ ref('int_customers_tiered') }} as tiers on profile.customer_id = tiers.customer_id
inner join {{ ref('int_customers_staged') }} as stages on profile.customer_id = stages.customer_id
