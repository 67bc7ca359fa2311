{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='app_user_id', on_schema_change='fail',
    pre_hook="{{ delete_changed_long_ago(source('changes', 'app__events'), 'app_user_id', 'occurred_at') }}"
) }}
with added as (
    {{ not_yet_counted(
        ref('int_app_user_activity_daily'), source('changes', 'app__events'), 'app_user_id', 'occurred_at', 'activity_date',
    ) }}
),

logins as (
    select app_user_id, activity_date as login_on from added where logins > 0
    {%- if is_incremental() %}
    union
    select app_user_id, last_login_on from {{ this }}
    union
    select app_user_id, login_before_last_on from {{ this }} where login_before_last_on is not null
    {%- endif %}
),

ranked as (
    select
        app_user_id,
        login_on,
        row_number() over (partition by app_user_id order by login_on desc) as position
    from logins
)

select
    app_user_id,
    max(login_on) as last_login_on,
    max(case when position = 2 then login_on end) as login_before_last_on,
    {{ windows_begin_after() }} as counted_through
from ranked
where position <= 2
group by app_user_id
