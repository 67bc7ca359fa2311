-- All tags in one pass: on each customer's row a list with a struct for every tag that holds. Evidence is put together for those
-- alone. The cluster is one tag more.
{% set structs = [] %}
{% for tag in entries_of('int_tags_defined', 'tags') %}
  {% do structs.append([tag.rule, [
      ['tag_code', sql_text(tag.code)],
      ['tag_value', 'cast((' ~ tag.value ~ ') as ' ~ dbt.type_string() ~ ')' if tag.value else "'true'"],
      ['evidence', evidence_of(tag.evidence or [])],
  ]]) %}
{% endfor %}
with customers as (
    {{ rule_vocabulary() }}
),

judged as (
    select customer_id, {{ unnest_structs(structs) }} as tag
    from customers
),

carried as (
    select
        customer_id,
        tag.tag_code as tag_code,
        tag.tag_value as tag_value,
        tag.evidence as evidence
    from judged
    union all
    select
        customer_id,
        cluster_code,
        why_en,
        evidence
    from {{ ref('int_customers_clustered') }}
)

select carried.*
from carried
inner join {{ ref('int_tags_defined') }} as tags on carried.tag_code = tags.tag_code
where tags.is_computable
