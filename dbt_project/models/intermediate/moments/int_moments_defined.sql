{% for entry in entries_of('int_moments_defined', 'moments') %}
select
    {{ loop.index }} as position,
    {{ sql_text(entry.code) }} as moment_code,
    {%- for field in ['name_en', 'name_zh', 'definition', 'occasion', 'rule', 'owner', 'sensitivity'] %}
    {{ sql_text(entry[field]) }} as {{ field }},
    {%- endfor %}
    cast({{ entry.again_after_days or 'null' }} as {{ dbt.type_int() }}) as again_after_days
{{ 'union all' if not loop.last }}
{% else %}
select 1 as position where 1 = 0
{% endfor %}
