{% set features = clustering_entries().features %}
{% for feature in features %}
{% set last = loop.last %}
{% for side in ['high', 'low'] %}
select
    '{{ feature.column }} {{ side }}' as words_key,
    '{{ feature.column }}' as column_name,
    {{ sql_text(feature[side].en) }} as said_en,
    {{ sql_text(feature[side].zh) }} as said_zh
{{ 'union all' if not (last and loop.last) }}
{% endfor %}
{% endfor %}
