-- What became of published ids: the identity history's, of every date whose marts were finished, and of this one.
select
    business_date,
    change,
    from_customer_id,
    to_customer_id,
    cause,
    evidence
from {{ source('resolution', 'changes') }}
