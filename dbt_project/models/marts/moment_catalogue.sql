with counted as (
    select moment_code, count(*) as moments_found, count(distinct customer_id) as customers
    from {{ ref('moments') }}
    cross join {{ source('control', 'run') }} as run
    where business_date = run.as_of_date
    group by moment_code
)

select
    defined.moment_code,
    defined.name_en,
    defined.name_zh,
    defined.definition,
    defined.occasion,
    defined.rule,
    defined.owner,
    defined.sensitivity,
    cast(coalesce(counted.moments_found, 0) as bigint) as moments_found,
    cast(coalesce(counted.customers, 0) as bigint) as customers
from {{ ref('int_moments_defined') }} as defined
left join counted on defined.moment_code = counted.moment_code
