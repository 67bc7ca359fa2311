{# Whether a landing table has ever landed: an aggregate over control.source_tables. What never landed is unknown, not zero. #}
{% macro has_landed(source_name, table_name) -%}
  max(case when source = '{{ source_name }}' and table_name = '{{ table_name }}' and has_landed then 1 else 0 end) = 1
{%- endmacro %}
