-- What another record did carries a message to the customer only where that record is the customer's as surely as the bank demands:
-- else a message could tell of what somebody else looked at. Counts and protections take all records.
{{ config(materialized='view') }}
select
    identities.record_source,
    identities.record_id,
    identities.customer_id
from {{ ref('customer_identities') }} as identities
cross join {{ source('control', 'parameters') }} as parameters
where identities.confidence >= parameters.identity_contact
