-- A tag is computable once all has landed that the columns of its rule and its value need. Each cluster of the model in use is a
-- tag of its own.
{% set tags, of_cluster = entries_of('int_tags_defined', 'tags'), ['core_banking.transactions'] %}
{% set needed, inputs = [], of_cluster | list %}
{% for tag in tags %}
  {% do needed.append(tag.inputs or inputs_of(tag.rule, tag.value)) %}
  {% do inputs.extend(needed[-1]) %}
{% endfor %}
{% set inputs = inputs | unique | list %}
with landed as (
    {{ inputs_landed(inputs) }}
),

written as (
    {%- for tag in tags %}
    select
        {{ loop.index }} as position,
        {{ sql_text(tag.code) }} as tag_code,
        {%- for field in ['name_en', 'name_zh', 'category', 'definition', 'rule', 'owner', 'refresh', 'sensitivity'] %}
        {{ sql_text(tag[field]) }} as {{ field }},
        {%- endfor %}
        {{ sql_text(needed[loop.index0] | join(';')) }} as inputs,
        {{ inputs_judged(needed[loop.index0], inputs) }}
    from landed
    {{ 'union all' if not loop.last }}
    {%- else %}
    select 0 as position from landed
    {%- endfor %}
)

select
    position,
    tag_code,
    name_en,
    name_zh,
    category,
    definition,
    rule,
    owner,
    refresh,
    sensitivity,
    inputs,
    is_computable,
    never_landed
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
    {{ sql_text(of_cluster | join(';')) }} as inputs,
    {{ inputs_judged(of_cluster, inputs) }}
from {{ source('control', 'clusters') }}
cross join landed
