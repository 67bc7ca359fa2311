{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail', full_refresh=false,
    pre_hook="{{ forget_this_date() }}", post_hook="{{ note_this_date() }}"
) }}
-- Tier, stage and micro-segment of the business date against what the earlier changes add up to. A log, so a full refresh keeps
-- it; a date that is run again replaces its own rows with the same. Who is first seen comes from nothing, who is gone to nothing.
{% set dimensions = ['value_tier', 'lifecycle_stage', 'micro_segment'] %}
with run as (
    select as_of_date from {{ source('control', 'run') }}
),

present as (
    {%- for dimension in dimensions %}
    select customer_id, '{{ dimension }}' as dimension, {{ dimension }} as in_force from {{ ref('int_customers_segmented') }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

replayed as (
    {% if is_incremental() %}
    select customer_id, dimension, in_force
    from (
        select
            customer_id,
            dimension,
            {{ max_by("coalesce(to_value, '')", 'business_date') }} as in_force
        from {{ this }}
        where business_date < (select as_of_date from run)
        group by customer_id, dimension
    ) as latest
    where in_force <> ''
    {% else %}
    select customer_id, dimension, in_force from present where 1 = 0
    {% endif %}
)

select
    run.as_of_date as business_date,
    coalesce(present.customer_id, replayed.customer_id) as customer_id,
    coalesce(present.dimension, replayed.dimension) as dimension,
    replayed.in_force as from_value,
    present.in_force as to_value
from present
full outer join replayed on present.customer_id = replayed.customer_id and present.dimension = replayed.dimension
cross join run
where present.in_force is null or replayed.in_force is null or present.in_force <> replayed.in_force
