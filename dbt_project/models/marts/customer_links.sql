select
    run.as_of_date as business_date,
    links.from_customer_id,
    links.to_customer_id,
    links.link,
    links.observed_on
from {{ ref('int_customer_links') }} as links
cross join {{ source('control', 'run') }} as run
