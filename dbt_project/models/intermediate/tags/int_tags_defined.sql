-- A tag is computable once every landing table that it needs has landed.
{% for tag in tag_entries() %}
select
    {{ loop.index }} as position,
    {{ sql_text(tag.code) }} as tag_code,
    {%- for field in ['name_en', 'name_zh', 'category', 'definition', 'rule', 'owner', 'refresh', 'sensitivity'] %}
    {{ sql_text(tag[field]) }} as {{ field }},
    {%- endfor %}
    (
        select count(*) from {{ source('control', 'source_tables') }}
        where has_landed and source || '.' || table_name in ('{{ tag.inputs | join("', '") }}')
    ) = {{ tag.inputs | length }} as is_computable
{{ 'union all' if not loop.last }}
{% endfor %}
-- while parsing there are no entries: {{ source('control', 'source_tables') }}
