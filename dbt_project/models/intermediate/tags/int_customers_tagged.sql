-- All tags in one pass: a struct per entry on each customer's row, of which those that hold are kept.
{% set structs = [] %}
{% for tag in tag_entries() %}
  {% do structs.append([
      ['tag_code', sql_text(tag.code)],
      ['holds', 'coalesce((' ~ tag.rule ~ '), false)'],
      ['tag_value', 'cast((' ~ tag.value ~ ') as ' ~ dbt.type_string() ~ ')' if tag.value else "'true'"],
      ['evidence', tag_evidence(tag.evidence or [])],
  ]) %}
{% endfor %}
with customers as (
    select
        profile.*,
        tiers.value_tier,
        stages.lifecycle_stage
    from {{ ref('int_customers_profiled') }} as profile
    inner join {{ ref('int_customers_tiered') }} as tiers on profile.customer_id = tiers.customer_id
    inner join {{ ref('int_customers_staged') }} as stages on profile.customer_id = stages.customer_id
),

judged as (
    select customer_id, {{ unnest_structs(structs) }} as tag
    from customers
)

select
    judged.customer_id,
    judged.tag.tag_code as tag_code,
    judged.tag.tag_value as tag_value,
    judged.tag.evidence as evidence
from judged
inner join {{ ref('int_tags_defined') }} as tags on judged.tag.tag_code = tags.tag_code
where judged.tag.holds and tags.is_computable
