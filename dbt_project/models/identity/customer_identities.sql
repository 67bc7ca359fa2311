-- Who is who, as identity resolution found it before dbt ran. All that is downstream takes customer_id from here and never
-- derives it.
select
    record_source,
    record_id,
    customer_id,
    method,
    confidence,
    matched_on,
    first_seen_on,
    evidence
from {{ source('resolution', 'identities') }}
