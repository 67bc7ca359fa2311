with counted as (
    select tag_code, count(*) as customers
    from {{ ref('int_customers_tagged') }}
    where coalesce(change, 'entered') = 'entered'
    group by tag_code
),

everybody as (
    select count(*) as customers from {{ ref('int_customers_profiled') }}
),

known as (
    select
        tags.*,
        everybody.customers as everybody,
        case when tags.is_computable then cast(coalesce(counted.customers, 0) as bigint) end as customers
    from {{ ref('int_tags_defined') }} as tags
    cross join everybody
    left join counted on tags.tag_code = counted.tag_code
)

select
    tag_code,
    name_en,
    name_zh,
    category,
    definition,
    rule,
    owner,
    refresh,
    sensitivity,
    customers,
    case when everybody > 0 then cast(customers as double) / cast(everybody as double) end as share,
    inputs,
    case
        when not is_computable then 'not computable'
        when customers = 0 then 'never true'
        when customers = everybody then 'always true'
        else 'in use'
    end as state,
    never_landed
from known
