{{ config(materialized='view') }}
-- What holds today of what was compared, which is kept once. A tag's `since` is the last date on which it came to its customer; it
-- follows the customer through a merge.
select
    run.as_of_date as business_date,
    tagged.customer_id,
    tagged.tag_code,
    tagged.tag_value,
    coalesce(merged.since, tagged.since) as since,
    tagged.evidence
from {{ ref('int_customers_tagged') }} as tagged
cross join {{ source('control', 'run') }} as run
left join {{ ref('int_tags_of_merged') }} as merged on tagged.customer_id = merged.customer_id and tagged.tag_code = merged.tag_code
where coalesce(tagged.change, 'entered') = 'entered'
