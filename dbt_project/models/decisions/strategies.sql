-- One row per strategy in force, from the entries in strategies.yml.
{% for entry in strategy_entries() %}
{{ 'union all' if not loop.first }}
select
    {{ text_literal(entry.strategy_id) }} as strategy_id,
    cast({{ entry.version }} as {{ dbt.type_int() }}) as version,
    {{ text_literal(entry.name_en) }} as name_en,
    {{ text_literal(entry.name_zh) }} as name_zh,
    {{ text_literal(entry.objective) }} as objective,
    {{ text_literal(entry.owner) }} as owner,
    cast({{ entry.priority }} as {{ dbt.type_int() }}) as priority,
    cast({{ entry.min_entries }} as {{ dbt.type_bigint() }}) as min_entries,
    cast({{ entry.max_entries }} as {{ dbt.type_bigint() }}) as max_entries
{%- endfor %}
