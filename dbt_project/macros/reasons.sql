{# Numbers as words of a reason: plain, and a ratio as a percentage. #}
{% macro said(expression) -%}
  cast({{ expression }} as {{ dbt.type_string() }})
{%- endmacro %}

{% macro said_ratio(expression) -%}
  cast(cast(({{ expression }}) * 100 as decimal(18, 1)) as {{ dbt.type_string() }}) || '%'
{%- endmacro %}
