-- One row per account entry. The purpose decides the type; where there is none, the operation does.
select
    cast(trans_id as varchar) as transaction_id,
    'account-' || account_id as account_no,
    -- the source knows the day alone
    booked_on + interval 12 hours as posted_at,
    direction,
    amount,
    'CZK' as currency,
    case
        when purpose = 'interest' then 'interest'
        when purpose in ('sanction_interest', 'statement_fee') then 'fee'
        when purpose = 'pension' then 'pension'
        when purpose = 'insurance' then 'insurance_premium'
        when purpose = 'loan' then 'loan_repayment'
        when purpose in ('household', 'leasing') then 'bill_payment'
        -- card withdrawals are round hundreds without exception: cash from a machine, not purchases
        when operation in ('cash_in', 'cash_out', 'card_withdrawal') then 'cash'
        when operation in ('remittance_in', 'remittance_out') then 'transfer'
        else 'other'
    end as transaction_type,
    case
        when purpose in ('interest', 'sanction_interest', 'statement_fee') then 'system'
        when is_standing_order or operation = 'remittance_in' then 'system'
        when operation = 'card_withdrawal' then 'atm'
        when operation in ('cash_in', 'cash_out') then 'branch'
    end as channel,
    other_account as counterparty_account,
    bank as counterparty_bank,
    booked_on as known_on
from entries
