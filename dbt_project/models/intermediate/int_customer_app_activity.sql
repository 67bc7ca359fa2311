select
    identities.customer_id,
    cast(count(distinct users.app_user_id) as bigint) as app_users,
    {%- for days in [7, 30, 90] %}
    cast(coalesce(sum(case when {{ in_last_days('daily.activity_date', days) }} then daily.logins end), 0) as bigint) as logins_{{ days }}d,
    {%- endfor %}
    max(coalesce(case when daily.logins > 0 then daily.activity_date end, before.last_login_on)) as last_login_on
from {{ ref('stg_app__users') }} as users
inner join {{ ref('customer_identities') }} as identities
    on identities.record_source = 'app.users' and identities.record_id = users.app_user_id
cross join {{ source('control', 'run') }} as run
left join {{ ref('int_app_user_activity_daily') }} as daily
    on users.app_user_id = daily.app_user_id and {{ in_last_days('daily.activity_date', 90, 'run.as_of_date') }}
left join {{ ref('int_app_user_logins_before') }} as before on users.app_user_id = before.app_user_id
group by identities.customer_id
