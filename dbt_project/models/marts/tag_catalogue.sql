with counted as (
    select tag_code, count(*) as customers
    from {{ ref('int_customers_tagged') }}
    group by tag_code
),

everybody as (
    select count(*) as customers from {{ ref('int_customers_profiled') }}
)

select
    tags.tag_code,
    tags.name_en,
    tags.name_zh,
    tags.category,
    tags.definition,
    tags.rule,
    tags.owner,
    tags.refresh,
    tags.sensitivity,
    case when tags.is_computable then cast(coalesce(counted.customers, 0) as bigint) end as customers,
    case
        when tags.is_computable and everybody.customers > 0
            then cast(coalesce(counted.customers, 0) as double) / cast(everybody.customers as double)
    end as share
from {{ ref('int_tags_defined') }} as tags
cross join everybody
left join counted on tags.tag_code = counted.tag_code
