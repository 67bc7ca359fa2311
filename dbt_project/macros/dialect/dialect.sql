{#
  What engines spell differently and dbt's own cross-database macros do not cover. Each dispatches: to move to another engine,
  add its spelling here and nowhere else.
#}
{% macro max_by(value, by) %}{{ return(adapter.dispatch('max_by')(value, by)) }}{% endmacro %}
{# The value where `by` is greatest; rows whose `by` is null do not count. #}
{% macro default__max_by(value, by) -%}
  max_by({{ value }}, {{ by }})
{%- endmacro %}

{% macro md5_hex(text) %}{{ return(adapter.dispatch('md5_hex')(text)) }}{% endmacro %}
{% macro default__md5_hex(text) -%}
  md5({{ text }})
{%- endmacro %}

{% macro unnest_structs(structs) %}{{ return(adapter.dispatch('unnest_structs')(structs)) }}{% endmacro %}
{# One output row per struct whose condition holds, and one of nulls for each other; a struct is a condition and a list of [field, expression]. #}
{% macro duckdb__unnest_structs(structs) -%}
  unnest([
    {%- for condition, fields in structs %}
    case when {{ condition }} then { {%- for field, expression in fields %}'{{ field }}': {{ expression }}{{ ', ' if not loop.last }}{% endfor -%} } end{{ ',' if not loop.last }}
    {%- endfor %}
  ])
{%- endmacro %}
