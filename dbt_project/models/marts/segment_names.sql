-- Tiers stand from the highest down, of persons first, stages and micro-segments in the order in which they are tried.
-- While dbt parses there are no micro-segments to read; one stands in, so that the SQL is whole.
{% set names = {
    'value_tier': [
        ['private_banking', 'Private banking', '私行'],
        ['wealth', 'Wealth', '财富'],
        ['potential', 'Potential', '潜力'],
        ['mass', 'Mass', '大众'],
        ['basic', 'Basic', '基础'],
        ['key_organisation', 'Key organisation', '重点机构'],
        ['growth_organisation', 'Growth organisation', '成长机构'],
        ['standard_organisation', 'Standard organisation', '一般机构'],
    ],
    'lifecycle_stage': [
        ['lost', 'Lost', '流失'],
        ['won_back', 'Won back', '挽回'],
        ['declining', 'Declining', '衰退'],
        ['acquired', 'Acquired', '获客'],
        ['activated', 'Activated', '激活'],
        ['growing', 'Growing', '成长'],
        ['mature', 'Mature', '成熟'],
    ],
} %}
{% set micro_segments = [] %}
{% for entry in entries_of('int_customers_segmented', 'micro_segments') %}
{% do micro_segments.append([entry.code, entry.name_en, entry.name_zh]) %}
{% endfor %}
{% do names.update({'micro_segment': micro_segments or [['none', 'None', '无']]}) %}
{% for dimension, entries in names.items() %}
{% set last_dimension = loop.last %}
{% for code, name_en, name_zh in entries %}
select '{{ dimension }}' as dimension, '{{ code }}' as code, '{{ name_en }}' as name_en, '{{ name_zh }}' as name_zh, {{ loop.index }} as position
{{ 'union all' if not (last_dimension and loop.last) }}
{% endfor %}
{% endfor %}
