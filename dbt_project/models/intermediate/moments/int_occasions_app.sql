-- What users who are surely the customer did in the app, as occasions of three kinds: a third look at a product within 7 days, an application begun and within 24 hours
-- neither sent nor begun again (it is left when they are over), and the first login of a day and city, with the days since the
-- login day before it.
with events as (
    select
        identities.customer_id,
        events.event_id,
        events.event_name,
        events.occurred_at,
        events.activity_date,
        events.product_code,
        events.city
    from {{ ref('stg_app__events') }} as events
    inner join {{ ref('int_records_sure') }} as identities
        on identities.record_source = 'app.users' and events.app_user_id = identities.record_id
    cross join {{ source('control', 'run') }} as run
    where events.occurred_at > {{ days_before(moments_since(), 8) }}
        and events.activity_date <= run.as_of_date
        and events.event_name in ('login', 'product_view', 'apply_start', 'apply_submit')
),

looks as (
    select
        customer_id,
        'third_look' as kind,
        occurred_at,
        product_code,
        cast(null as {{ dbt.type_string() }}) as city,
        event_id,
        cast(null as bigint) as days_since_login_before,
        lag(occurred_at, 2) over (partition by customer_id, product_code order by occurred_at, event_id) as two_before
    from events
    where event_name = 'product_view' and product_code is not null
),

begun as (
    select
        customer_id,
        event_id,
        product_code,
        occurred_at,
        {{ dbt.dateadd('hour', 24, 'occurred_at') }} as left_at,
        lead(occurred_at) over (partition by customer_id, product_code order by occurred_at, event_id) as begun_again_at
    from events
    where event_name = 'apply_start' and product_code is not null
),

applications as (
    select
        begun.customer_id,
        'application_left' as kind,
        begun.left_at as occurred_at,
        begun.product_code,
        cast(null as {{ dbt.type_string() }}) as city,
        begun.event_id,
        cast(null as bigint) as days_since_login_before
    from begun
    left join events as sent
        on begun.customer_id = sent.customer_id
        and begun.product_code = sent.product_code
        and sent.event_name = 'apply_submit'
        and sent.occurred_at >= begun.occurred_at
        and sent.occurred_at <= begun.left_at
    where sent.event_id is null and (begun.begun_again_at is null or begun.begun_again_at > begun.left_at)
),

logins as (
    select
        customer_id,
        activity_date,
        city,
        min(occurred_at) as occurred_at,
        min(event_id) as event_id
    from events
    where event_name = 'login'
    group by customer_id, activity_date, city
),

users as (
    select customer_id, record_id as app_user_id
    from {{ ref('int_records_sure') }}
    where record_source = 'app.users' and customer_id in (select customer_id from logins)
),

login_days as (
    select users.customer_id, daily.activity_date as login_on
    from {{ ref('int_app_user_activity_daily') }} as daily
    inner join users on daily.app_user_id = users.app_user_id
    cross join {{ source('control', 'run') }} as run
    where daily.logins > 0 and {{ in_last_days('daily.activity_date', 90, 'run.as_of_date') }}
    {%- for day in ['last_login_on', 'login_before_last_on'] %}
    union
    select users.customer_id, before.{{ day }}
    from {{ ref('int_app_user_logins_before') }} as before
    inner join users on before.app_user_id = users.app_user_id
    where before.{{ day }} is not null
    {%- endfor %}
),

gaps as (
    select
        customer_id,
        login_on,
        lag(login_on) over (partition by customer_id order by login_on) as login_before_on
    from login_days
),

occasions as (
    select customer_id, kind, occurred_at, product_code, city, event_id, days_since_login_before
    from looks
    where two_before >= {{ dbt.dateadd('day', -7, 'occurred_at') }}
    union all
    select customer_id, kind, occurred_at, product_code, city, event_id, days_since_login_before from applications
    union all
    select
        logins.customer_id,
        'login',
        logins.occurred_at,
        cast(null as {{ dbt.type_string() }}),
        logins.city,
        logins.event_id,
        cast({{ dbt.datediff('gaps.login_before_on', 'gaps.login_on', 'day') }} as bigint)
    from logins
    left join gaps on logins.customer_id = gaps.customer_id and logins.activity_date = gaps.login_on
)

select
    occasions.*,
    profile.usual_login_city,
    profile.logins_90d,
    {{ moments_since() }} as since_on,
    run.as_of_date
from occasions
inner join {{ ref('int_customers_profiled') }} as profile on occasions.customer_id = profile.customer_id
cross join {{ source('control', 'run') }} as run
