-- What AUM changed by on the days since moments were last looked for, 92 at most. Accounts to which nothing happened are not read.
with {{ moves_of_aum('greatest(' ~ moments_since() ~ ', ' ~ days_before('run.as_of_date', 92) ~ ')', 92) }}

select
    customer_id,
    moved_on,
    cast(sum(moved) as decimal(18, 2)) as moved
from moves
where moved_on > (select since_on from period)
group by customer_id, moved_on
having sum(moved) <> 0
