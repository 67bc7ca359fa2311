-- The first micro-segment whose rule holds, in the order of the entries, beside tier, stage and scores.
{% set entries = entries_of('int_customers_segmented', 'micro_segments') %}
with placed as (
    select
        profile.*,
        parameters.*,
        tiers.value_tier,
        tiers.tier_reason,
        tiers.aum_level,
        tiers.aum_level_30d_ago,
        tiers.aum_to_next_tier,
        stages.lifecycle_stage,
        stages.stage_reason,
        scores.value_score,
        scores.value_parts,
        scores.behaviour_score,
        scores.behaviour_parts,
        scores.demand_score,
        scores.demand_parts
    from {{ ref('int_customers_profiled') }} as profile
    inner join {{ ref('int_customers_tiered') }} as tiers on profile.customer_id = tiers.customer_id
    inner join {{ ref('int_customers_staged') }} as stages on profile.customer_id = stages.customer_id
    inner join {{ ref('int_customers_scored') }} as scores on profile.customer_id = scores.customer_id
    cross join {{ source('control', 'parameters') }} as parameters
),

segmented as (
    select
        customer_id,
        value_tier,
        tier_reason,
        aum_level,
        aum_level_30d_ago,
        aum_to_next_tier,
        lifecycle_stage,
        stage_reason,
        value_score,
        value_parts,
        behaviour_score,
        behaviour_parts,
        demand_score,
        demand_parts,
        case
            {%- for entry in entries %}
            when {{ entry.rule }} then {{ sql_text(entry.code) }}
            {%- endfor %}
            {{ "else 'unplaced'" if not entries }}
        end as micro_segment,
        case
            {%- for entry in entries %}
            when {{ entry.rule }} then {{ sql_text(entry.definition) }}{% if entry.evidence %} || ' (' || {{ evidence_of(entry.evidence) }} || ')'{% endif %}
            {%- endfor %}
            {{ "else 'unplaced'" if not entries }}
        end as micro_reason
    from placed
)

select
    *,
    'Tier ' || value_tier || ': ' || tier_reason
    || '. Stage ' || lifecycle_stage || ': ' || stage_reason
    || '. Micro-segment ' || micro_segment || ': ' || micro_reason || '.' as segment_reason
from segmented
