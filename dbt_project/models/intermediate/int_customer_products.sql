-- A category is new when the customer holds it now and first opened an account of it in the last 90 days.
with held as (
    select
        customer_id,
        category,
        min(opened_on) as first_opened_on
    from {{ ref('int_accounts_valued') }}
    group by customer_id, category
    having max(case when is_open then 1 else 0 end) = 1
),

categories as (
    select
        customer_id,
        {{ dbt.listagg('category', "';'", 'order by category') }} as product_categories,
        cast(count(*) as bigint) as categories_held,
        {{ count_in_last_days('first_opened_on', 90) }} as new_categories_90d
    from held
    cross join {{ source('control', 'run') }} as run
    group by customer_id
),

products as (
    select
        customer_id,
        cast(count(distinct product_code) as bigint) as products_held
    from {{ ref('int_accounts_valued') }}
    where is_open
    group by customer_id
)

select
    categories.customer_id,
    products.products_held,
    categories.product_categories,
    categories.categories_held,
    categories.new_categories_90d
from categories
inner join products on categories.customer_id = products.customer_id
