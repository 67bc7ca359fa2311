-- What happened in the app, as occasions of three kinds: a third look at a product within 7 days, an application begun and not sent
-- within 24 hours (it is left when they are over), and the first login of a day and city.
with events as (
    select
        identities.customer_id,
        events.event_id,
        events.app_user_id,
        events.event_name,
        events.occurred_at,
        events.activity_date,
        events.product_code,
        events.city
    from {{ ref('stg_app__events') }} as events
    inner join {{ ref('customer_identities') }} as identities
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
        lag(occurred_at, 2) over (partition by customer_id, product_code order by occurred_at, event_id) as two_before
    from events
    where event_name = 'product_view' and product_code is not null
),

applications as (
    select
        begun.customer_id,
        'application_left' as kind,
        {{ dbt.dateadd('hour', 24, 'begun.occurred_at') }} as occurred_at,
        begun.product_code,
        cast(null as {{ dbt.type_string() }}) as city,
        begun.event_id
    from events as begun
    left join events as sent
        on begun.customer_id = sent.customer_id
        and begun.product_code = sent.product_code
        and sent.event_name = 'apply_submit'
        and sent.occurred_at >= begun.occurred_at
        and sent.occurred_at <= {{ dbt.dateadd('hour', 24, 'begun.occurred_at') }}
    where begun.event_name = 'apply_start' and begun.product_code is not null and sent.event_id is null
),

logins as (
    select
        customer_id,
        'login' as kind,
        min(occurred_at) as occurred_at,
        cast(null as {{ dbt.type_string() }}) as product_code,
        city,
        min(event_id) as event_id
    from events
    where event_name = 'login'
    group by customer_id, activity_date, city
),

occasions as (
    select customer_id, kind, occurred_at, product_code, city, event_id
    from looks
    where two_before >= {{ dbt.dateadd('day', -7, 'occurred_at') }}
    union all
    select customer_id, kind, occurred_at, product_code, city, event_id from applications
    union all
    select customer_id, kind, occurred_at, product_code, city, event_id from logins
)

select
    occasions.*,
    profile.usual_login_city,
    profile.last_login_on,
    profile.logins_90d,
    profile.days_since_login_before_last,
    {{ moments_since() }} as since_on,
    run.as_of_date
from occasions
inner join {{ ref('int_customers_profiled') }} as profile on occasions.customer_id = profile.customer_id
cross join {{ source('control', 'run') }} as run
