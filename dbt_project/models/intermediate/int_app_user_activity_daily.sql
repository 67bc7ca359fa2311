{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ delete_changed_days(source('changes', 'app__events'), 'app_user_id', 'occurred_at', 'activity_date') }}"
) }}
-- A session that goes on past midnight counts on both days. Night is from 22:00 to 05:59.
{% set changes = source('changes', 'app__events') %}
{% set counted = {
    'logins': 'is_login',
    'night_logins': 'is_login and (extract(hour from occurred_at) >= 22 or extract(hour from occurred_at) < 6)',
    'product_views': "event_name = 'product_view'",
    'applies_started': "event_name = 'apply_start'",
    'applies_submitted': "event_name = 'apply_submit'",
    'searches': "event_name = 'search'",
    'transfer_views': "event_name = 'page_view' and page = 'transfer'",
} %}
{% call together_by('activity_date') %}
select
    facts.app_user_id,
    facts.activity_date,
    cast(count(*) as bigint) as events
    {%- for name, condition in counted.items() %},
    cast(sum(case when {{ condition }} then 1 else 0 end) as bigint) as {{ name }}
    {%- endfor %}
from {{ of_changed_days(ref('stg_app__events'), changes, 'app_user_id', 'occurred_at', 'activity_date') }} as facts
where facts.app_user_id is not null
group by facts.app_user_id, facts.activity_date
{% endcall %}
