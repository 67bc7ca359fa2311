-- One row per loan and date on which what is owed changed: the grant, then monthly on the same day of the month.
-- After the last day the source speaks of nothing is invented.
create table instalments as
select
    loan_id,
    number,
    status,
    status_on,
    cast(granted_on + to_months(cast(number as integer)) as date) as due_on,
    amount - number * instalment as owed,
    -- A status of "in debt" or "unpaid" says that something is unpaid, not how much. It is read as the least it can mean:
    -- the newest instalment due has not come.
    status in ('finished_unpaid', 'running_in_debt') and number > 0
    and number = max(number) over (partition by loan_id) as is_missed,
    instalment
from (select *, unnest(range(0, months + 1)) as number from loans) as month
where cast(granted_on + to_months(cast(number as integer)) as date) <= status_on
