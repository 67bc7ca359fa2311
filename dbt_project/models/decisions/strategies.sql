-- One row per strategy in force, from the entries in strategies.yml.
{% for entry in strategy_entries() %}
{{ 'union all' if not loop.first }}
select
    cast('{{ entry.strategy_id }}' as {{ dbt.type_string() }}) as strategy_id,
    cast({{ entry.version }} as {{ dbt.type_int() }}) as version,
    cast('{{ entry.name_en | replace("'", "''") }}' as {{ dbt.type_string() }}) as name_en,
    cast('{{ entry.name_zh }}' as {{ dbt.type_string() }}) as name_zh,
    cast('{{ entry.objective }}' as {{ dbt.type_string() }}) as objective,
    cast('{{ entry.owner }}' as {{ dbt.type_string() }}) as owner,
    cast({{ entry.priority }} as {{ dbt.type_int() }}) as priority,
    cast({{ entry.min_entries }} as {{ dbt.type_bigint() }}) as min_entries,
    cast({{ entry.max_entries }} as {{ dbt.type_bigint() }}) as max_entries
{%- endfor %}
