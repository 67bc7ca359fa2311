{# How a model's table or view takes the place of the one that stands: by one statement. dbt's own way builds beside it, renames twice
   and drops, each a round trip, for engines that cannot replace a table at once; over some hundred models that is a good part of a small
   day. A model may read what stands. Incremental models keep dbt's own way. #}
{% materialization table, adapter='duckdb', supported_languages=['sql'] %}
  {{ return(put_in_place('table')) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb', supported_languages=['sql'] %}
  {{ return(put_in_place('view')) }}
{% endmaterialization %}

{% macro put_in_place(kind) %}
  {% set target = this.incorporate(type=kind) %}
  {% set standing = load_cached_relation(this) %}
  {% set is_promised = config.get('contract').enforced %}
  {% if model.constraints or model.columns.values() | selectattr('constraints') | list %}
    {% do exceptions.raise_compiler_error('constraints are not kept here: say it as a data test of ' ~ model.name) %}
  {% endif %}
  {% for setting in ['indexes', 'sql_header', 'grants', 'persist_docs'] if config.get(setting) %}
    {% do exceptions.raise_compiler_error(setting ~ ' is not kept here: take it out of ' ~ model.name) %}
  {% endfor %}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {% if standing is not none and standing.type != kind %}{% do adapter.drop_relation(standing) %}{% endif %}
  {% if is_promised %}{{ get_assert_columns_equivalent(compiled_code) }}{% endif %}
  {% call statement('main') %}
    create or replace {{ kind }} {{ target }} as (
      {{ get_select_subquery(compiled_code) if is_promised else compiled_code }}
    )
  {% endcall %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {% do adapter.commit() %}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target]}) }}
{% endmacro %}
