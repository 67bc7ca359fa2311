{#
  Reads the entries in models/decisions/strategies.yml, the one place where strategies and channels are written.
  While dbt only parses, the entries are not known yet: one empty entry keeps the SQL whole.
#}
{% macro strategy_entries() %}
  {%- if not execute -%}
    {{ return([{'strategy_id': '', 'version': 0, 'name_en': '', 'name_zh': '', 'objective': '', 'owner': '', 'priority': 0,
                'audience': 'false', 'score': '0', 'reason': "''", 'values_used': [], 'cooldown_days': 0, 'min_entries': 0,
                'max_entries': 0, 'actions': [{'channel': '', 'script_id': '', 'product_category': 'all', 'expires_after_days': 0}]}]) }}
  {%- endif -%}
  {{ return(graph.nodes['model.customer_360.strategies'].config.meta.strategies) }}
{% endmacro %}

{% macro channel_entries() %}
  {%- if not execute -%}
    {{ return([{'channel': '', 'destination': '', 'consent_channel': none, 'requires': none}]) }}
  {%- endif -%}
  {{ return(graph.nodes['model.customer_360.strategies'].config.meta.channels) }}
{% endmacro %}

{% macro entry_id(relation) -%}
  {{ dbt.concat(["'e'", 'substring(' ~ md5_hex(dbt.concat([
      relation ~ '.strategy_id', "'|'", relation ~ '.occasion_id', "'|'", relation ~ '.customer_id', "'|'",
      'cast(' ~ relation ~ '.wave as ' ~ dbt.type_string() ~ ')', "'|'", relation ~ '.channel'])) ~ ', 1, 24)']) }}
{%- endmacro %}

{# What an entry says in words, as SQL text: an apostrophe in it stays an apostrophe, and none is null. #}
{% macro text_literal(value) -%}
  cast({{ 'null' if value is none else "'" ~ (value | string | replace("'", "''")) ~ "'" }} as {{ dbt.type_string() }})
{%- endmacro %}
