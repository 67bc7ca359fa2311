{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ delete_changed_days(source('changes', 'app__events'), 'app_user_id', 'occurred_at', 'activity_date') }}"
) }}
-- By product, not by its category: a product that moves to another category then changes no fact.
{% set changes = source('changes', 'app__events') %}
{% call together_by('activity_date') %}
select
    facts.app_user_id,
    facts.activity_date,
    facts.product_code,
    cast(sum(case when event_name = 'product_view' then 1 else 0 end) as bigint) as views,
    cast(sum(case when event_name in ('apply_start', 'apply_submit') then 1 else 0 end) as bigint) as applies
from {{ of_changed_days(ref('stg_app__events'), changes, 'app_user_id', 'occurred_at', 'activity_date') }} as facts
where facts.app_user_id is not null and facts.product_code is not null and event_name in ('product_view', 'apply_start', 'apply_submit')
group by facts.app_user_id, facts.activity_date, facts.product_code
{% endcall %}
