{# The schema is exactly the one that the folder (or model) names: the layer's name, without the profile's in front. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {{ custom_schema_name | trim if custom_schema_name is not none else target.schema }}
{%- endmacro %}
