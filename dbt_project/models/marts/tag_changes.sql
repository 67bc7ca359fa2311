{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail', full_refresh=false,
    pre_hook="{{ forget_this_date() }}", post_hook="{{ note_this_date() }}"
) }}
-- Which tags entered and left on the business date. A log, so a full refresh keeps it; a date that is run again replaces its own
-- rows with the same.
select
    run.as_of_date as business_date,
    tagged.customer_id,
    tagged.tag_code,
    tagged.change
from {{ ref('int_customers_tagged') }} as tagged
cross join {{ source('control', 'run') }} as run
where tagged.change is not null
