-- A tag's `since` follows its customer through a merge: where one id loses the tag on the day on which the id that took it over
-- gains it, nothing began that day.
with changes as (
    select
        coalesce(aliases.current_customer_id, logged.customer_id) as customer_id,
        logged.tag_code,
        logged.business_date,
        min(logged.change) as first_change,
        max(logged.change) as last_change
    from {{ ref('tag_changes') }} as logged
    left join {{ ref('customer_aliases') }} as aliases on logged.customer_id = aliases.customer_id
    group by coalesce(aliases.current_customer_id, logged.customer_id), logged.tag_code, logged.business_date
)

select
    run.as_of_date as business_date,
    tagged.customer_id,
    tagged.tag_code,
    tagged.tag_value,
    max(changes.business_date) as since,
    tagged.evidence
from {{ ref('int_customers_tagged') }} as tagged
cross join {{ source('control', 'run') }} as run
left join changes
    on tagged.customer_id = changes.customer_id
    and tagged.tag_code = changes.tag_code
    and changes.first_change = 'entered'
    and changes.last_change = 'entered'
    and changes.business_date <= run.as_of_date
group by run.as_of_date, tagged.customer_id, tagged.tag_code, tagged.tag_value, tagged.evidence
