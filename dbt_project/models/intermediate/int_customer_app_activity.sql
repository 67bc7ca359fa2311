{% set in_30_days = ['events', 'night_logins', 'product_views', 'searches', 'transfer_views'] %}
with counted as (
    select
        identities.customer_id,
        cast(count(distinct users.app_user_id) as bigint) as app_users
        {%- for days in [7, 30, 90] %},
        cast(coalesce(sum(case when {{ in_last_days('daily.activity_date', days) }} then daily.logins end), 0) as bigint) as logins_{{ days }}d
        {%- endfor %}
        {%- for name in in_30_days %},
        cast(coalesce(sum(case when {{ in_last_days('daily.activity_date', 30) }} then daily.{{ name }} end), 0) as bigint) as {{ name }}_30d
        {%- endfor %}
        {%- for name in ['applies_started', 'applies_submitted'] %},
        cast(coalesce(sum(case when {{ in_last_days('daily.activity_date', 90) }} then daily.{{ name }} end), 0) as bigint) as {{ name }}_90d
        {%- endfor %}
    from {{ ref('stg_app__users') }} as users
    inner join {{ ref('customer_identities') }} as identities
        on identities.record_source = 'app.users' and identities.record_id = users.app_user_id
    cross join {{ source('control', 'run') }} as run
    left join {{ ref('int_app_user_activity_daily') }} as daily
        on users.app_user_id = daily.app_user_id and {{ in_last_days('daily.activity_date', 90, 'run.as_of_date') }}
    group by identities.customer_id
)

select
    counted.*,
    logins.last_login_on,
    logins.days_since_login_before_last,
    logins.usual_login_city,
    logins.last_login_city
    {%- for name in ['wealth', 'fund', 'insurance', 'loan', 'mortgage', 'card'] %},
    coalesce(interests.views_{{ name }}_30d, 0) as views_{{ name }}_30d
    {%- endfor %},
    interests.applied_not_taken,
    interests.viewed_not_taken
from counted
left join {{ ref('int_customer_app_logins') }} as logins on counted.customer_id = logins.customer_id
left join {{ ref('int_customer_interests') }} as interests on counted.customer_id = interests.customer_id
