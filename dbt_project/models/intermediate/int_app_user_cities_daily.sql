{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ delete_changed_days(source('changes', 'app__events'), 'app_user_id', 'occurred_at', 'activity_date') }}"
) }}
{% set changes = source('changes', 'app__events') %}
{% call together_by('activity_date') %}
select
    facts.app_user_id,
    facts.activity_date,
    facts.city,
    cast(count(*) as bigint) as logins,
    max(facts.occurred_at) as last_login_at
from {{ of_changed_days(ref('stg_app__events'), changes, 'app_user_id', 'occurred_at', 'activity_date') }} as facts
where facts.app_user_id is not null and facts.city is not null and is_login
group by facts.app_user_id, facts.activity_date, facts.city
{% endcall %}
