-- One row per person who may use an account that belongs to somebody else. The owner stands in accounts.
select
    'account-' || d.account_id as account_no,
    'cz-' || d.client_id as customer_no,
    v.meaning as role,
    cast(strptime(a."date", '%y%m%d') as date) as known_on
from source_disp as d
inner join vocabulary as v on v.field = 'disposition' and d."type" = v.word
inner join source_account as a on d.account_id = a.account_id
where v.meaning <> 'owner'
