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
{# One output row per struct whose condition holds; a struct is a condition and a list of [field, expression]. Those that do not hold
   leave the list before it is unnested: most do not, and each would be a row. #}
{% macro duckdb__unnest_structs(structs) -%}
  unnest(list_filter([
    {%- for condition, fields in structs %}
    case when {{ condition }} then { {%- for field, expression in fields %}'{{ field }}': {{ expression }}{{ ', ' if not loop.last }}{% endfor -%} } end{{ ',' if not loop.last }}
    {%- endfor %}
  ], lambda held: held is not null))
{%- endmacro %}

{% macro held_apart() %}{{ return(adapter.dispatch('held_apart')()) }}{% endmacro %}
{# What a CTE is marked with that is to be computed whole before the rest begins. #}
{% macro default__held_apart() %}{% endmacro %}
{% macro duckdb__held_apart() -%}
  materialized
{%- endmacro %}

{% macro listed(text) %}{{ return(adapter.dispatch('listed')(text)) }}{% endmacro %}
{# The texts that are there, in their order, with semicolons between; null where there is none. #}
{% macro default__listed(text) -%}
  {{ dbt.listagg(text, "';'", 'order by ' ~ text) }}
{%- endmacro %}
{# Aggregates of ordered rows sort each group row by row; a list is sorted at once, in a third of the time. #}
{% macro duckdb__listed(text) -%}
  array_to_string(list_sort(list({{ text }}) filter ({{ text }} is not null)), ';')
{%- endmacro %}
