-- One row per account entry, whichever cut and language it came in; the words are the vocabulary's meanings.
-- The standing orders have no dates and no landing table. They are used here: an outgoing remittance that agrees with an
-- order of its account in bank, account and amount is that order being carried out. It is then not something the customer
-- did that day, and where its own purpose is blank the order's purpose is its own.
create table entries as
with once as (
    -- a transaction that stands in more than one file counts once
    select *, row_number() over (partition by trans_id order by filename) as copy
    from source_trans
),

entry as (
    select
        cast(trans_id as bigint) as trans_id,
        cast(account_id as bigint) as account_id,
        cast(strptime("date", '%y%m%d') as date) as booked_on,
        trim("type") as direction_word,
        nullif(trim(operation), '') as operation_word,
        nullif(trim(k_symbol), '') as purpose_word,
        cast(amount as decimal(18, 2)) as amount,
        cast(balance as decimal(18, 2)) as balance,
        nullif(trim(bank), '') as bank,
        -- the source writes 0 where the other account is not known
        nullif(nullif(trim(account), ''), '0') as other_account
    from once
    where copy = 1
),

standing_order as (
    select
        cast(o.account_id as bigint) as account_id,
        trim(o.bank_to) as bank,
        trim(o.account_to) as other_account,
        cast(o.amount as decimal(18, 2)) as amount,
        min(v.meaning) as purpose
    from source_order as o
    left join vocabulary as v on v.field = 'purpose' and v.word = nullif(trim(o.k_symbol), '')
    group by 1, 2, 3, 4
)

select
    e.trans_id,
    e.account_id,
    e.booked_on,
    direction.meaning as direction,
    operation.meaning as operation,
    coalesce(purpose.meaning, o.purpose) as purpose,
    o.account_id is not null as is_standing_order,
    e.amount,
    e.balance,
    e.bank,
    e.other_account
from entry as e
inner join vocabulary as direction on direction.field = 'direction' and e.direction_word = direction.word
left join vocabulary as operation on operation.field = 'operation' and e.operation_word = operation.word
left join vocabulary as purpose on purpose.field = 'purpose' and e.purpose_word = purpose.word
left join standing_order as o
    on e.account_id = o.account_id and e.bank = o.bank and e.other_account = o.other_account
    and e.amount = o.amount and operation.meaning = 'remittance_out'
