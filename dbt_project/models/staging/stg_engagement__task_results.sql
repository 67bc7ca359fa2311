select
    task_id,
    manager_id,
    status,
    outcome,
    updated_at,
    cast(updated_at as date) as updated_on
from {{ source('raw', 'engagement__task_results') }}
