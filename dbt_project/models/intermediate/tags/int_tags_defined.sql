-- A tag is computable once all has landed that the columns of its rule and its value need. Each cluster of the model in use is a
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
        {{ inputs | length }} as inputs_needed
    union all
    {%- endfor %}
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
        1 as inputs_needed
    from {{ source('control', 'clusters') }}
),

known as (
    {{ inputs_of_rows('written', 'tag_code') }}
)

select
    written.position,
    written.tag_code,
    written.name_en,
    written.name_zh,
    written.category,
    written.definition,
    written.rule,
    written.owner,
    written.refresh,
    written.sensitivity,
    written.inputs,
    known.never_landed,
    coalesce(known.inputs_landed, 0) = written.inputs_needed as is_computable
from written
left join known on written.tag_code = known.tag_code
