select
    event_id,
    app_user_id,
    session_id,
    occurred_at,
    cast(occurred_at as date) as activity_date,
    event_name,
    event_name = 'login' as is_login,
    page,
    city,
    product_code,
    message_id
from {{ source('raw', 'app__events') }}
