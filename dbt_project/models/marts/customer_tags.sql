select
    run.as_of_date as business_date,
    tagged.customer_id,
    tagged.tag_code,
    tagged.tag_value,
    max(changes.business_date) as since,
    tagged.evidence
from {{ ref('int_customers_tagged') }} as tagged
cross join {{ source('control', 'run') }} as run
left join {{ ref('tag_changes') }} as changes
    on tagged.customer_id = changes.customer_id
    and tagged.tag_code = changes.tag_code
    and changes.change = 'entered'
    and changes.business_date <= run.as_of_date
group by run.as_of_date, tagged.customer_id, tagged.tag_code, tagged.tag_value, tagged.evidence
