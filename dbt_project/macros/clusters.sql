{#
  One feature, one entry: they stand in config.meta.clustering of int_customer_behaviour (models/intermediate/clusters/clusters.yml).
  Here is how an entry becomes SQL. Empty while dbt parses, when the graph is not there yet.
#}
{% macro clustering_entries() %}
  {% if not execute %}{{ return({'features': [], 'in_sum': {}, 'said_from': 0}) }}{% endif %}
  {% if graph.nodes is not defined %}
    {{ exceptions.raise_compiler_error('dbt was handed a manifest without its graph; load it with orchestration.manifest.load_manifest()') }}
  {% endif %}
  {{ return(graph.nodes['model.' ~ project_name ~ '.int_customer_behaviour'].config.meta.clustering) }}
{% endmacro %}

{% macro transformed(feature) -%}
  {%- set value = 'cast(' ~ feature.column ~ ' as double)' -%}
  {%- if feature.transform == 'none' -%}
  {{ value }}
  {%- elif feature.transform == 'log1p' -%}
  case when {{ value }} > 0 then ln(1 + {{ value }}) when {{ feature.column }} is not null then cast(0 as double) end
  {%- elif feature.transform == 'signed_log' -%}
  case when {{ value }} < 0 then -ln(1 - {{ value }}) else ln(1 + {{ value }}) end
  {%- elif feature.transform == 'days_since' -%}
  cast({{ dbt.datediff(feature.column, 'business_date', 'day') }} as double)
  {%- else -%}
  {{ exceptions.raise_compiler_error('feature ' ~ feature.column ~ ': there is no transform ' ~ feature.transform) }}
  {%- endif -%}
{%- endmacro %}

{# The rows of a long table (one per feature) as columns: the value of `field` for one feature, null where it has no row. #}
{% macro of_feature(feature, field) -%}
  max(case when column_name = '{{ feature.column }}' then {{ field }} end)
{%- endmacro %}

{# How far a feature is from the mean, standardised as the model says; 0 where the model does not know the feature. #}
{% macro standardised(feature) -%}
  {%- set c = feature.column -%}
  coalesce((least(greatest(coalesce({{ c }}, {{ c }}_fill), {{ c }}_low), {{ c }}_high) - {{ c }}_centre) / {{ c }}_scale, 0)
{%- endmacro %}

{# How much a feature ties a customer to the cluster; -1, which is never the greatest, where it is of the theme that `but` holds. #}
{% macro tie(feature, but=none) -%}
  {%- if but -%}
  case when {{ but }} = {{ sql_text(feature.theme) }} then -1 else {{ feature.column }}_tie end
  {%- else -%}
  {{ feature.column }}_tie
  {%- endif -%}
{%- endmacro %}

{# The strongest tie. There are two features at least. #}
{% macro strongest(features, but=none) -%}
  greatest({% for feature in features %}{{ tie(feature, but) }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# Of the features whose tie is so strong the first: its theme, or its key in int_cluster_words. #}
{% macro theme_at(strength, features) -%}
  case
    {%- for feature in features %}
    when {{ tie(feature) }} = {{ strength }} then {{ sql_text(feature.theme) }}
    {%- endfor %}
  end
{%- endmacro %}

{% macro words_at(strength, features, but=none) -%}
  case
    {%- for feature in features %}
    when {{ tie(feature, but) }} = {{ strength }}
        then case when {{ feature.column }} > 0 then '{{ feature.column }} high' else '{{ feature.column }} low' end
    {%- endfor %}
  end
{%- endmacro %}

{# 'aum=600000.00': the column that `place` names, with the customer's value. #}
{% macro value_of(place, features, relation) -%}
  case {{ place }}
    {%- for feature in features %}
    when '{{ feature.column }}' then '{{ feature.column }}=' || coalesce(cast({{ relation }}.{{ feature.column }} as {{ dbt.type_string() }}), 'unknown')
    {%- endfor %}
  end
{%- endmacro %}
