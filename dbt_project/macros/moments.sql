{#
  Moments are looked for in what happened since the marts were last made, and in the few days before, from which rows may come late;
  after a stretch of history, in as many days as a month may have. What was found before is not found again (marts/moments.sql).
#}
{% macro moments_since() -%}
  (
      select greatest(
          {{ days_before('run.as_of_date', 'parameters.moment_range_days') }},
          coalesce({{ days_before('run.previous_date', 'parameters.moment_late_days') }}, date '0001-01-01')
      )
      from {{ source('control', 'run') }} as run
      cross join {{ source('control', 'parameters') }} as parameters
  )
{%- endmacro %}

{# One struct for each moment that an entry finds on a row of its occasion. #}
{% macro moment_structs(entries) %}
  {% set structs = [] %}
  {% for entry in entries %}
    {% set occurred_at = 'cast(' ~ entry.occurred_at ~ ' as ' ~ dbt.type_timestamp() ~ ')' %}
    {% if entry.lead_days %}{% set occurred_at = dbt.dateadd('day', -entry.lead_days, occurred_at) %}{% endif %}
    {% do structs.append([
        '(' ~ entry.rule ~ ') and cast(' ~ occurred_at ~ ' as date) > since_on and cast(' ~ occurred_at ~ ' as date) <= as_of_date',
        [
            ['moment_code', sql_text(entry.code)],
            ['occasion_key', 'cast(' ~ entry.once_per ~ ' as ' ~ dbt.type_string() ~ ')'],
            ['occurred_at', 'cast(' ~ occurred_at ~ ' as ' ~ dbt.type_timestamp() ~ ')'],
            ['product_code', 'cast(' ~ (entry.product_code or 'null') ~ ' as ' ~ dbt.type_string() ~ ')'],
            ['amount', 'cast(' ~ (entry.amount or 'null') ~ ' as decimal(18, 2))'],
            ['evidence', evidence_of(entry.evidence)],
        ],
    ]) %}
  {% endfor %}
  {{ return(structs) }}
{% endmacro %}
