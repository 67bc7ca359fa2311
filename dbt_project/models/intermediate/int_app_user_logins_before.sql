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
    select app_user_id, activity_date as last_login_on from added where logins > 0
    {%- if is_incremental() %}
    union all
    select app_user_id, last_login_on from {{ this }}
    {%- endif %}
)

select
    app_user_id,
    max(last_login_on) as last_login_on,
    {{ windows_begin_after() }} as counted_through
from logins
group by app_user_id
