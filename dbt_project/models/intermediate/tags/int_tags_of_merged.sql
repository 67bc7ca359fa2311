-- The tags of customers who were two follow them through the merge: the changes of all ids that a customer has had are counted
-- together, and a tag came when the customer had it under none of them.
with ids as (
    select customer_id, current_customer_id
    from {{ ref('customer_aliases') }}
    where current_customer_id is not null
    union
    select current_customer_id, current_customer_id
    from {{ ref('customer_aliases') }}
    where current_customer_id is not null
),

daily as (
    select
        ids.current_customer_id as customer_id,
        changes.tag_code,
        changes.business_date,
        sum(case when changes.change = 'entered' then 1 else -1 end) as held_more
    from {{ ref('tag_changes') }} as changes
    inner join ids on changes.customer_id = ids.customer_id
    cross join {{ source('control', 'run') }} as run
    where changes.business_date <= run.as_of_date
    group by ids.current_customer_id, changes.tag_code, changes.business_date
),

held as (
    select
        *,
        sum(held_more) over (
            partition by customer_id, tag_code order by business_date rows between unbounded preceding and current row
        ) as times_held
    from daily
)

select customer_id, tag_code, max(business_date) as since
from held
where times_held > 0 and times_held - held_more <= 0
group by customer_id, tag_code
