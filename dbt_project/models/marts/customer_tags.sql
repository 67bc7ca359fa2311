-- A tag's `since` is the last date on which it came to its customer. It follows the customer through a merge: the changes of all ids
-- that the customer has had are counted together, and the tag came when the customer had it under none of them.
with merged as (
    select distinct current_customer_id as customer_id
    from {{ ref('customer_aliases') }}
    where current_customer_id is not null
),

logged as (
    select
        coalesce(aliases.current_customer_id, changes.customer_id) as customer_id,
        changes.tag_code,
        changes.business_date,
        changes.change
    from {{ ref('tag_changes') }} as changes
    cross join {{ source('control', 'run') }} as run
    left join {{ ref('customer_aliases') }} as aliases on changes.customer_id = aliases.customer_id
    where changes.business_date <= run.as_of_date
),

daily as (
    select
        logged.customer_id,
        logged.tag_code,
        logged.business_date,
        sum(case when logged.change = 'entered' then 1 else -1 end) as held_more
    from logged
    inner join merged on logged.customer_id = merged.customer_id
    group by logged.customer_id, logged.tag_code, logged.business_date
),

held as (
    select
        *,
        sum(held_more) over (
            partition by customer_id, tag_code order by business_date rows between unbounded preceding and current row
        ) as times_held
    from daily
),

-- of a customer who never was two, nothing but the last coming counts
begun as (
    select logged.customer_id, logged.tag_code, max(logged.business_date) as since
    from logged
    left join merged on logged.customer_id = merged.customer_id
    where logged.change = 'entered' and merged.customer_id is null
    group by logged.customer_id, logged.tag_code
    union all
    select customer_id, tag_code, max(business_date) as since
    from held
    where times_held > 0 and times_held - held_more <= 0
    group by customer_id, tag_code
)

select
    run.as_of_date as business_date,
    tagged.customer_id,
    tagged.tag_code,
    tagged.tag_value,
    begun.since,
    tagged.evidence
from {{ ref('int_customers_tagged') }} as tagged
cross join {{ source('control', 'run') }} as run
left join begun on tagged.customer_id = begun.customer_id and tagged.tag_code = begun.tag_code
