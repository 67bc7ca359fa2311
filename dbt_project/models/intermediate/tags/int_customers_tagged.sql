-- All tags in one pass: on each customer's row a list with a struct for every tag that holds. Evidence is put together for those
-- alone. The cluster is one tag more. Beside them stand those held when the date began: here alone the two are compared, since there
-- are some twenty tags a customer. `since` is of the customer's present id.
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
),

tagged as (
    select carried.*
    from carried
    inner join {{ ref('int_tags_defined') }} as tags on carried.tag_code = tags.tag_code
    where tags.is_computable
)

select
    run.as_of_date as business_date,
    coalesce(tagged.customer_id, earlier.customer_id) as customer_id,
    coalesce(tagged.tag_code, earlier.tag_code) as tag_code,
    tagged.tag_value,
    tagged.evidence,
    coalesce(earlier.since, run.as_of_date) as since,
    case when earlier.customer_id is null then 'entered' when tagged.customer_id is null then 'left' end as change
from tagged
full outer join {{ source('control', 'earlier_tags') }} as earlier
    on tagged.customer_id = earlier.customer_id and tagged.tag_code = earlier.tag_code
cross join {{ source('control', 'run') }} as run
