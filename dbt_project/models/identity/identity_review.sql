-- The steward's queue: the likeliest pair of each two customers that may be one.
select
    source_a,
    record_a,
    source_b,
    record_b,
    probability,
    evidence,
    first_seen_on
from {{ source('resolution', 'review') }}
