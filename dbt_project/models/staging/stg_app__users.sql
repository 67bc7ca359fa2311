select
    app_user_id,
    customer_no,
    registered_at,
    cast(registered_at as date) as registered_on
from {{ source('raw', 'app__users') }}
