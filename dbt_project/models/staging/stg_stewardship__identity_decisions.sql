select
    source_a,
    record_a,
    source_b,
    record_b,
    decision,
    decided_by,
    decided_at,
    cast(decided_at as date) as decided_on
from {{ source('raw', 'stewardship__identity_decisions') }}
