-- A category is new when the customer holds it now and first opened an account of it in the last 90 days. What lies ahead begins
-- after the business date for what matures, debts not among it, and with it for what is to be paid; a card sleeps without a transaction of the customer's own in 90 days.
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
        {{ listed('category') }} as product_categories,
        cast(count(*) as bigint) as categories_held,
        {{ count_in_last_days('first_opened_on', 90) }} as new_categories_90d
    from held
    cross join {{ source('control', 'run') }} as run
    group by customer_id
),

used as (
    select
        account_no,
        sum(own_transactions_90d) as own_transactions_90d
    from {{ ref('int_account_transactions_recent') }}
    group by account_no
),

open_accounts as (
    select
        accounts.*,
        run.as_of_date,
        accounts.category = 'credit_card' as is_card,
        case
            when accounts.category in ('time_deposit', 'wealth', 'fund', 'insurance', 'trust') and accounts.matures_on > run.as_of_date
                then accounts.matures_on
        end as pays_out_on,
        coalesce(used.own_transactions_90d, 0) > 0 as is_used
    from {{ ref('int_accounts_valued') }} as accounts
    cross join {{ source('control', 'run') }} as run
    left join used on accounts.account_no = used.account_no
    where accounts.is_open
),

products as (
    select
        customer_id,
        cast(count(distinct product_code) as bigint) as products_held,
        {%- for days in [7, 30] %}
        cast(coalesce(sum(
            case when pays_out_on <= {{ days_after('as_of_date', days) }} then value_now end
        ), 0) as decimal(18, 2)) as maturing_{{ days }}d,
        {%- endfor %}
        min(pays_out_on) as next_maturity_on,
        cast(sum(case when is_card then credit_limit end) as decimal(18, 2)) as credit_limit,
        round(
            cast(sum(case when is_card and credit_limit > 0 then coalesce(value_now, 0) end) as double)
            / cast(nullif(sum(case when is_card and credit_limit > 0 then credit_limit end), 0) as double), 9
        ) as credit_used_ratio,
        cast(max(days_past_due) as bigint) as days_past_due,
        min(case when payment_due_on >= as_of_date then payment_due_on end) as next_payment_due_on,
        max(case when is_card and is_used then 1 else 0 end) = 1 as has_active_card,
        max(case when is_card and not is_used then 1 else 0 end) = 1 as has_sleeping_card
    from open_accounts
    group by customer_id
)

select
    categories.customer_id,
    products.products_held,
    categories.product_categories,
    categories.categories_held,
    categories.new_categories_90d,
    products.maturing_7d,
    products.maturing_30d,
    products.next_maturity_on,
    products.credit_limit,
    products.credit_used_ratio,
    products.days_past_due,
    products.next_payment_due_on,
    products.has_active_card,
    products.has_sleeping_card
from categories
inner join products on categories.customer_id = products.customer_id
