-- A tag is computable once every landing table has landed that the columns of its rule need. Each cluster of the model in use is a
-- tag of its own.
with written as (
    {%- for tag in entries_of('int_tags_defined', 'tags') %}
    {%- set inputs = tag.inputs or inputs_of(tag.rule, tag.value) %}
    select
        {{ loop.index }} as position,
        {{ sql_text(tag.code) }} as tag_code,
        {%- for field in ['name_en', 'name_zh', 'category', 'definition', 'rule', 'owner', 'refresh', 'sensitivity'] %}
        {{ sql_text(tag[field]) }} as {{ field }},
        {%- endfor %}
        {{ sql_text(inputs | join(';')) }} as inputs,
        (
            select count(*) from {{ source('control', 'source_tables') }}
            where has_landed and source || '.' || table_name in ('{{ inputs | join("', '") }}')
        ) = {{ inputs | length }} as is_computable
    {{ 'union all' if not loop.last }}
    {%- else %}
    select 0 as position from {{ source('control', 'source_tables') }}
    {%- endfor %}
)

select position, tag_code, name_en, name_zh, category, definition, rule, owner, refresh, sensitivity, inputs, is_computable
from written
union all
select
    1000 + position as position,
    cluster_code as tag_code,
    name_en,
    name_zh,
    'cluster' as category,
    description_en as definition,
    'nearest centre of the model in use: ' || cluster_code as rule,
    'retail-marketing' as owner,
    'daily' as refresh,
    'personal' as sensitivity,
    'core_banking.transactions' as inputs,
    exists (
        select 1 from {{ source('control', 'source_tables') }}
        where has_landed and source = 'core_banking' and table_name = 'transactions'
    ) as is_computable
from {{ source('control', 'clusters') }}
