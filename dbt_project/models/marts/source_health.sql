select
    business_date,
    source,
    table_name,
    rows_landed,
    rows_accepted,
    rows_quarantined,
    gate,
    worst_failure
from {{ source('control', 'batches') }}
