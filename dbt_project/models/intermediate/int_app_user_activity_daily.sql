{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ delete_changed_days(source('changes', 'app__events'), 'app_user_id', 'occurred_at', 'activity_date') }}"
) }}
{% set changes = source('changes', 'app__events') %}
select
    facts.app_user_id,
    facts.activity_date,
    cast(count(*) as bigint) as events,
    cast(sum(case when is_login then 1 else 0 end) as bigint) as logins
from {{ of_changed_days(ref('stg_app__events'), changes, 'app_user_id', 'occurred_at', 'activity_date') }} as facts
where facts.app_user_id is not null
group by facts.app_user_id, facts.activity_date
{{ together_by('activity_date') }}
