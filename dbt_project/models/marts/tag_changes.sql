{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail', full_refresh=false,
    pre_hook="{{ forget_this_date() }}", post_hook="{{ note_this_date() }}"
) }}
-- The tags of the business date against those that the earlier changes add up to. A log, so a full refresh keeps it; a date
-- that is run again replaces its own rows with the same.
with run as (
    select as_of_date from {{ source('control', 'run') }}
),

replayed as (
    {% if is_incremental() %}
    select customer_id, tag_code
    from (
        select
            customer_id,
            tag_code,
            {{ max_by('change', 'business_date') }} as last_change
        from {{ this }}
        where business_date < (select as_of_date from run)
        group by customer_id, tag_code
    ) as changes
    where last_change = 'entered'
    {% else %}
    select customer_id, tag_code from {{ ref('int_customers_tagged') }} where 1 = 0
    {% endif %}
)

select
    run.as_of_date as business_date,
    coalesce(tagged.customer_id, replayed.customer_id) as customer_id,
    coalesce(tagged.tag_code, replayed.tag_code) as tag_code,
    case when replayed.customer_id is null then 'entered' else 'left' end as change
from {{ ref('int_customers_tagged') }} as tagged
full outer join replayed on tagged.customer_id = replayed.customer_id and tagged.tag_code = replayed.tag_code
cross join run
where tagged.customer_id is null or replayed.customer_id is null
