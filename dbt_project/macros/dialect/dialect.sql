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
{# One output row per struct; each struct is a list of [field, expression]. #}
{% macro duckdb__unnest_structs(structs) -%}
  unnest([
    {%- for fields in structs %}
    { {%- for field, expression in fields %}'{{ field }}': {{ expression }}{{ ', ' if not loop.last }}{% endfor -%} }{{ ',' if not loop.last }}
    {%- endfor %}
  ])
{%- endmacro %}
