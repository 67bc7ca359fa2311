-- One row per loan, with its owner and how it stood on the last day the source speaks of.
-- The source gives one status per loan and none for those granted from 1997 on: of these only the schedule is known.
create table loans as
select
    cast(l.loan_id as bigint) as loan_id,
    cast(l.account_id as bigint) as account_id,
    cast(d.client_id as bigint) as client_id,
    cast(strptime(l."date", '%y%m%d') as date) as granted_on,
    cast(l.amount as decimal(18, 2)) as amount,
    cast(l.duration as integer) as months,
    cast(l.payments as decimal(18, 2)) as instalment,
    cast(strptime(l."date", '%y%m%d') + to_months(cast(l.duration as integer)) as date) as matures_on,
    v.meaning as status,
    date '1998-12-31' as status_on
from source_loan as l
inner join source_disp as d on l.account_id = d.account_id and d."type" = 'OWNER'
left join vocabulary as v on v.field = 'loan_status' and v.word = nullif(trim(l.status), '')
