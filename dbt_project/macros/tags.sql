{#
  One tag, one entry: the entries stand in config.meta.tags of int_tags_defined (models/intermediate/tags/tags.yml), and every
  model that needs them reads them here. Empty while dbt parses, when the graph is not there yet.
#}
{% macro tag_entries() %}
  {% if not execute %}{{ return([]) }}{% endif %}
  {% if graph.nodes is not defined %}
    {{ exceptions.raise_compiler_error('dbt was handed a manifest without its graph; load it with orchestration.manifest.load_manifest()') }}
  {% endif %}
  {{ return(graph.nodes['model.' ~ project_name ~ '.int_tags_defined'].config.meta.tags) }}
{% endmacro %}

{% macro sql_text(value) -%}
  '{{ (value or '') | trim | replace("'", "''") }}'
{%- endmacro %}

{# 'aum=600000.00; age=40': the columns that an entry names as evidence, with the customer's values. #}
{% macro tag_evidence(columns) -%}
  {%- for column in columns -%}
  '{{ '; ' if not loop.first }}{{ column }}=' || coalesce(cast({{ column }} as {{ dbt.type_string() }}), 'unknown'){{ ' || ' if not loop.last }}
  {%- else -%}
  cast(null as {{ dbt.type_string() }})
  {%- endfor -%}
{%- endmacro %}
