-- The last two days with a login, whichever of the customer's app users it was, and the cities logged in from in 90 days: the
-- usual one is the most frequent, of equals the one seen last, then the first in alphabetical order.
with users as (
    select
        identities.customer_id,
        users.app_user_id
    from {{ ref('stg_app__users') }} as users
    inner join {{ ref('customer_identities') }} as identities
        on identities.record_source = 'app.users' and identities.record_id = users.app_user_id
),

login_days as (
    select users.customer_id, daily.activity_date as login_on
    from {{ ref('int_app_user_activity_daily') }} as daily
    inner join users on daily.app_user_id = users.app_user_id
    cross join {{ source('control', 'run') }} as run
    where daily.logins > 0 and {{ in_last_days('daily.activity_date', 90, 'run.as_of_date') }}
    union
    select users.customer_id, before.last_login_on
    from {{ ref('int_app_user_logins_before') }} as before
    inner join users on before.app_user_id = users.app_user_id
    union
    select users.customer_id, before.login_before_last_on
    from {{ ref('int_app_user_logins_before') }} as before
    inner join users on before.app_user_id = users.app_user_id
    where before.login_before_last_on is not null
),

ranked_days as (
    select
        customer_id,
        login_on,
        row_number() over (partition by customer_id order by login_on desc) as position
    from login_days
),

last_two as (
    select
        customer_id,
        max(login_on) as last_login_on,
        max(case when position = 2 then login_on end) as login_before_last_on
    from ranked_days
    where position <= 2
    group by customer_id
),

cities as (
    select
        users.customer_id,
        daily.city,
        sum(daily.logins) as logins,
        max(daily.last_login_at) as last_login_at
    from {{ ref('int_app_user_cities_daily') }} as daily
    inner join users on daily.app_user_id = users.app_user_id
    cross join {{ source('control', 'run') }} as run
    where {{ in_last_days('daily.activity_date', 90, 'run.as_of_date') }}
    group by users.customer_id, daily.city
),

ranked_cities as (
    select
        customer_id,
        city,
        row_number() over (partition by customer_id order by logins desc, last_login_at desc, city) as by_logins,
        row_number() over (partition by customer_id order by last_login_at desc, city) as by_time
    from cities
),

known_cities as (
    select
        customer_id,
        max(case when by_logins = 1 then city end) as usual_login_city,
        max(case when by_time = 1 then city end) as last_login_city
    from ranked_cities
    group by customer_id
)

select
    last_two.customer_id,
    last_two.last_login_on,
    cast({{ dbt.datediff('last_two.login_before_last_on', 'last_two.last_login_on', 'day') }} as bigint) as days_since_login_before_last,
    known_cities.usual_login_city,
    known_cities.last_login_city
from last_two
left join known_cities on last_two.customer_id = known_cities.customer_id
