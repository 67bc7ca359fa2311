-- One row per account, loan and card as it was opened, and one more per loan that was paid off: the row as it changed.
-- A card is an account of its own because the contract knows cards only so. The source calls it a credit card but books its
-- use to the current account: it has no limit and never a balance.
with account as (
    select
        'account-' || a.account_id as account_no,
        'cz-' || d.client_id as customer_no,
        'account-' || v.meaning as product_code,
        cast(strptime(a."date", '%y%m%d') as date) as opened_on
    from source_account as a
    inner join source_disp as d on a.account_id = d.account_id and d."type" = 'OWNER'
    inner join vocabulary as v on v.field = 'frequency' and a.frequency = v.word
),

card as (
    select
        'card-' || c.card_id as account_no,
        'cz-' || d.client_id as customer_no,
        'card-' || v.meaning as product_code,
        cast(strptime(left(c.issued, 6), '%y%m%d') as date) as opened_on
    from source_card as c
    inner join source_disp as d on c.disp_id = d.disp_id
    inner join vocabulary as v on v.field = 'card' and c."type" = v.word
),

loan as (
    select
        'loan-' || loan_id as account_no,
        'cz-' || client_id as customer_no,
        'loan' as product_code,
        granted_on as opened_on,
        matures_on,
        case when status = 'finished_paid' then matures_on end as paid_off_on
    from loans
),

version as (
    select *, cast(null as date) as matures_on, cast(null as date) as closed_on, opened_on as known_on from account
    union all by name
    select *, cast(null as date) as matures_on, cast(null as date) as closed_on, opened_on as known_on from card
    union all by name
    select * exclude (paid_off_on), cast(null as date) as closed_on, opened_on as known_on from loan
    union all by name
    select * exclude (paid_off_on), paid_off_on as closed_on, paid_off_on as known_on from loan where paid_off_on is not null
)

select account_no, customer_no, product_code, 'CZK' as currency, opened_on, matures_on, closed_on, known_on
from version
