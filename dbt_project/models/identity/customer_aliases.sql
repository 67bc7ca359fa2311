-- Ids that were published and are no more in use. What was written down under one of them joins through here.
select
    customer_id,
    current_customer_id
from {{ source('resolution', 'aliases') }}
