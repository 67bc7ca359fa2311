-- A tag's `since` follows its customer through a merge: the changes of all ids that the customer has had are counted together,
-- and the tag holds since the last date on which it came to a customer who had it under none of them.
with daily as (
    select
        coalesce(aliases.current_customer_id, logged.customer_id) as customer_id,
        logged.tag_code,
        logged.business_date,
        sum(case when logged.change = 'entered' then 1 else -1 end) as held_more
    from {{ ref('tag_changes') }} as logged
    cross join {{ source('control', 'run') }} as run
    left join {{ ref('customer_aliases') }} as aliases on logged.customer_id = aliases.customer_id
    where logged.business_date <= run.as_of_date
    group by coalesce(aliases.current_customer_id, logged.customer_id), logged.tag_code, logged.business_date
),

held as (
    select
        *,
        sum(held_more) over (
            partition by customer_id, tag_code order by business_date rows between unbounded preceding and current row
        ) as times_held
    from daily
),

begun as (
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
