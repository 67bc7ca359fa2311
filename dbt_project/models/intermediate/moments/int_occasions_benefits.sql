{{ config(materialized='view') }}
-- Benefits that customers who have not closed may still use.
select
    benefits.customer_id,
    benefits.benefit_event_id,
    benefits.benefit_code,
    benefits.expires_on,
    {{ moments_since() }} as since_on,
    run.as_of_date
from {{ ref('int_benefits_outstanding') }} as benefits
inner join {{ ref('int_customers_profiled') }} as profile on benefits.customer_id = profile.customer_id
cross join {{ source('control', 'run') }} as run
where benefits.expires_on >= run.as_of_date and not profile.is_closed
