-- Taken is a category of which the customer opened an account on the day applied for it or later; for what was merely looked at,
-- on the first of the days it was looked at or later. Whether the account was closed again does not matter.
{% set views = {
    'wealth': ['wealth'], 'fund': ['fund'], 'insurance': ['insurance'], 'mortgage': ['mortgage'], 'card': ['credit_card'],
    'loan': ['consumer_loan', 'auto_loan', 'business_loan'],
} %}
with interests as (
    select
        identities.customer_id,
        products.category,
        sum(case when {{ in_last_days('daily.activity_date', 30, 'run.as_of_date') }} then daily.views else 0 end) as views_30d,
        min(case when daily.views > 0 and {{ in_last_days('daily.activity_date', 30, 'run.as_of_date') }} then daily.activity_date end)
            as first_viewed_on,
        max(case when daily.applies > 0 then daily.activity_date end) as last_applied_on
    from {{ ref('int_app_user_products_daily') }} as daily
    inner join {{ ref('int_records_sure') }} as identities
        on identities.record_source = 'app.users' and daily.app_user_id = identities.record_id
    inner join {{ ref('stg_core_banking__products') }} as products on daily.product_code = products.product_code
    cross join {{ source('control', 'run') }} as run
    where {{ in_last_days('daily.activity_date', 90, 'run.as_of_date') }}
    group by identities.customer_id, products.category
),

opened as (
    select
        records.customer_id,
        products.category,
        max(accounts.opened_on) as last_opened_on
    from {{ ref('stg_core_banking__accounts') }} as accounts
    inner join {{ ref('int_customer_records') }} as records on accounts.customer_no = records.customer_no
    inner join {{ ref('stg_core_banking__products') }} as products on accounts.product_code = products.product_code
    cross join {{ source('control', 'run') }} as run
    where accounts.opened_on <= run.as_of_date
    group by records.customer_id, products.category
),

judged as (
    select
        interests.*,
        case when coalesce(opened.last_opened_on < interests.last_applied_on, interests.last_applied_on is not null) then interests.category end
            as applied_not_taken,
        case
            when interests.views_30d >= parameters.interest_views
                and coalesce(opened.last_opened_on < interests.first_viewed_on, true) then interests.category
        end as viewed_not_taken
    from interests
    left join opened on interests.customer_id = opened.customer_id and interests.category = opened.category
    cross join {{ source('control', 'parameters') }} as parameters
)

select
    customer_id,
    {%- for name, categories in views.items() %}
    cast(sum(case when category in ('{{ categories | join("', '") }}') then views_30d else 0 end) as bigint) as views_{{ name }}_30d,
    {%- endfor %}
    {{ listed('applied_not_taken') }} as applied_not_taken,
    {{ listed('viewed_not_taken') }} as viewed_not_taken
from judged
group by customer_id
