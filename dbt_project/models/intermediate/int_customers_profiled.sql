-- The vocabulary of rules: tiers, stages, tags and strategies read these columns. A count is 0 where its source has landed
-- and null where it never has: nothing known is not nothing done.
{% set balances = ['deposit', 'wealth', 'fund', 'insurance', 'precious_metal', 'trust', 'loan', 'credit_card'] %}
with landed as (
    select
        {{ has_landed('core_banking', 'balances') }} as balances_landed,
        {{ has_landed('core_banking', 'transactions') }} as transactions_landed,
        {{ has_landed('core_banking', 'benefit_events') }} as benefits_landed,
        {{ has_landed('app', 'users') }} and {{ has_landed('app', 'events') }} as app_landed,
        {{ has_landed('call_centre', 'contacts') }} as contacts_landed,
        {{ has_landed('call_centre', 'tickets') }} as tickets_landed
    from {{ source('control', 'source_tables') }}
),

valued as (
    select
        customers.customer_id,
        {%- for part in balances %}
        case when balances_landed then coalesce(balances.{{ part }}_balance, 0) end as {{ part }}_balance,
        {%- endfor %}
        case when balances_landed then coalesce(balances.aum_now, 0) end as aum,
        {%- for days in [30, 90] %}
        case
            when balances_landed and customers.opened_on <= {{ days_before('run.as_of_date', days) }}
                then coalesce(balances.aum_{{ days }}d_ago, 0)
        end as aum_{{ days }}d_ago,
        {%- endfor %}
        case when balances_landed then coalesce(balances.accounts_without_rate, 0) end as accounts_without_rate
    from {{ ref('int_customers_described') }} as customers
    left join {{ ref('int_customer_balances') }} as balances on customers.customer_id = balances.customer_id
    cross join {{ source('control', 'run') }} as run
    cross join landed
)

select
    run.as_of_date as business_date,
    customers.customer_id,
    customers.customer_type,
    customers.customer_type in ('small_business', 'corporate') as is_organisation,
    case when customers.customer_type = 'retail' then customers.gender end as gender,
    case when customers.customer_type = 'retail' then {{ whole_years_between('customers.birth_date', 'run.as_of_date') }} end as age,
    customers.province,
    customers.city,
    customers.occupation,
    customers.branch_no,
    customers.manager_id,
    customers.is_staff,
    customers.employer_no,
    customers.credit_code,
    customers.opened_on,
    customers.is_closed,
    customers.customer_numbers,
    cast({{ dbt.datediff('customers.opened_on', 'run.as_of_date', 'day') }} as bigint) as tenure_days,
    customers.risk_level,
    customers.risk_assessed_on,
    coalesce(
        customers.risk_assessed_on > {{ months_before('run.as_of_date', 'parameters.risk_assessment_valid_months') }}
        and customers.risk_assessed_on <= run.as_of_date, false
    ) as is_risk_assessment_current,
    valued.aum,
    {%- for part in balances %}
    valued.{{ part }}_balance,
    {%- endfor %}
    valued.aum_30d_ago,
    valued.aum_90d_ago,
    {{ change_ratio('valued.aum', 'valued.aum_90d_ago') }} as aum_change_90d_ratio,
    valued.accounts_without_rate,
    coalesce(products.products_held, 0) as products_held,
    products.product_categories,
    coalesce(products.categories_held, 0) as categories_held,
    coalesce(products.new_categories_90d, 0) as new_categories_90d,
    cast(coalesce(customers.monthly_income, salary.salary_per_month_6m) as decimal(18, 2)) as monthly_income,
    {%- for column in ['salary_months_6m', 'salary_30d', 'salary_90d'] %}
    case when transactions_landed then coalesce(salary.{{ column }}, 0) end as {{ column }},
    {%- endfor %}
    salary.salary_change_90d_ratio,
    {%- for column in ['inflow_30d', 'outflow_30d', 'transactions_30d', 'transactions_90d', 'own_transactions_90d'] %}
    case when transactions_landed then coalesce(transactions.{{ column }}, 0) end as {{ column }},
    {%- endfor %}
    transactions.last_transaction_on,
    transactions.first_own_transaction_on,
    transactions.last_own_transaction_on,
    cast(transactions.own_transaction_gap_days as bigint) as own_transaction_gap_days,
    {%- for days in [7, 30, 90] %}
    case when app_landed then coalesce(app.logins_{{ days }}d, 0) end as logins_{{ days }}d,
    {%- endfor %}
    app.last_login_on,
    app.customer_id is not null as is_app_user,
    channels.preferred_channel,
    case when contacts_landed then coalesce(service.contacts_90d, 0) end as contacts_90d,
    service.last_contact_on,
    case when tickets_landed then coalesce(service.complaints_90d, 0) end as complaints_90d,
    case when tickets_landed then coalesce(service.open_tickets, 0) end as open_tickets,
    service.last_nps_score,
    case when benefits_landed then coalesce(benefits.benefits_granted_90d, 0) end as benefits_granted_90d,
    case when benefits_landed then coalesce(benefits.benefits_redeemed_90d, 0) end as benefits_redeemed_90d,
    sources.credit_score,
    sources.sources
from {{ ref('int_customers_described') }} as customers
inner join valued on customers.customer_id = valued.customer_id
inner join {{ ref('int_customer_sources') }} as sources on customers.customer_id = sources.customer_id
left join {{ ref('int_customer_channels') }} as channels on customers.customer_id = channels.customer_id
left join {{ ref('int_customer_products') }} as products on customers.customer_id = products.customer_id
left join {{ ref('int_customer_salary') }} as salary on customers.customer_id = salary.customer_id
left join {{ ref('int_customer_transactions') }} as transactions on customers.customer_id = transactions.customer_id
left join {{ ref('int_customer_app_activity') }} as app on customers.customer_id = app.customer_id
left join {{ ref('int_customer_service') }} as service on customers.customer_id = service.customer_id
left join {{ ref('int_customer_benefits') }} as benefits on customers.customer_id = benefits.customer_id
cross join {{ source('control', 'run') }} as run
cross join {{ source('control', 'parameters') }} as parameters
cross join landed
