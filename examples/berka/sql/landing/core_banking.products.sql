-- One row per product. The source has no catalogue: these are the kinds its accounts, loans and cards fall into.
select
    product_code,
    product_name,
    category,
    date '1993-01-01' as known_on
from (
    values
    ('account-monthly', 'Current account, fee each month', 'demand_deposit'),
    ('account-weekly', 'Current account, fee each week', 'demand_deposit'),
    ('account-after_transaction', 'Current account, fee after each transaction', 'demand_deposit'),
    ('loan', 'Loan to an account holder', 'consumer_loan'),
    ('card-junior', 'Junior card', 'credit_card'),
    ('card-classic', 'Classic card', 'credit_card'),
    ('card-gold', 'Gold card', 'credit_card')
) as catalogue (product_code, product_name, category)
