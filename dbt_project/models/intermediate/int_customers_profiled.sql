-- The vocabulary of rules: tiers, stages, tags and strategies read these columns. A count is 0 where its source has landed
-- and null where it never has: nothing known is not nothing done.
{% set balances = ['deposit', 'demand_deposit', 'time_deposit', 'wealth', 'fund', 'insurance', 'precious_metal', 'trust', 'loan', 'credit_card'] %}
{# For each part of the profile: what must have landed, the columns counted from 0, and those taken as they are. #}
{% set parts = [
    ['transactions', 'transactions_landed', [
        'inflow_30d', 'outflow_30d', 'inflow_90d', 'outflow_90d', 'largest_inflow_30d', 'largest_outflow_30d', 'fees_90d',
        'interest_earned_90d', 'card_spend_90d', 'card_purchases_90d', 'bill_payments_90d', 'cash_out_90d', 'loan_repayments_90d',
        'investment_purchases_90d', 'investment_redemptions_90d', 'premiums_90d', 'pension_90d', 'tax_paid_90d',
        'cross_border_transactions_90d', 'cross_border_spend_90d', 'transfers_out_to_other_banks_30d',
        'transfers_out_to_other_banks_90d', 'night_transactions_90d', 'transactions_30d', 'transactions_90d', 'own_transactions_90d',
    ], [
        'spends_on_90d', 'top_merchant_category_90d', 'last_transaction_on', 'first_own_transaction_on', 'last_own_transaction_on',
        'own_transaction_gap_days',
    ]],
    ['salary', 'transactions_landed', ['salary_months_6m', 'salary_30d', 'salary_90d'], ['salary_change_90d_ratio', 'last_salary_on']],
    ['products', 'true', ['products_held', 'categories_held', 'new_categories_90d'], [
        'product_categories', 'next_maturity_on', 'credit_limit', 'next_payment_due_on', 'has_active_card', 'has_sleeping_card',
    ]],
    ['products', 'balances_landed', ['maturing_7d', 'maturing_30d', 'days_past_due'], ['credit_used_ratio']],
    ['app', 'app_landed', [
        'logins_7d', 'logins_30d', 'logins_90d', 'night_logins_30d', 'events_30d', 'product_views_30d', 'views_wealth_30d',
        'views_fund_30d', 'views_insurance_30d', 'views_loan_30d', 'views_mortgage_30d', 'views_card_30d', 'transfer_views_30d',
        'searches_30d', 'applies_started_90d', 'applies_submitted_90d',
    ], [
        'last_login_on', 'applied_not_taken', 'viewed_not_taken', 'days_since_login_before_last', 'usual_login_city', 'last_login_city',
    ]],
    ['channels', 'true', [], ['preferred_channel']],
    ['service', 'contacts_landed', ['contacts_90d', 'calls_90d', 'abandoned_calls_90d', 'longest_wait_seconds_90d'], [
        'last_contact_on', 'asked_about',
    ]],
    ['service', 'tickets_landed', [
        'complaints_30d', 'complaints_90d', 'complaints_open', 'late_complaints_90d', 'praises_90d', 'fraud_reports_90d', 'tickets_90d',
        'open_tickets',
    ], ['last_complaint_on']],
    ['service', 'true', [], ['last_nps_score', 'last_satisfaction', 'nps_answered_on']],
    ['benefits', 'benefits_landed', [
        'benefits_granted_90d', 'benefits_redeemed_90d', 'benefits_expired_90d', 'benefit_cost_90d', 'benefits_outstanding',
    ], ['next_benefit_expiry_on']],
    ['consents', 'true', [], ['contactable_channels', 'consents_in_force']],
    ['sources', 'true', [], ['credit_score', 'income_band', 'interests', 'has_judicial_record', 'sources']],
    ['registry', 'true', [], [
        'industry', 'tax_grade', 'annual_tax', 'annual_revenue', 'employees', 'is_specialised_new', 'company_has_judicial_record',
        'registered_on',
    ]],
    ['network', 'true', ['employees_here'], ['is_core_enterprise', 'is_chain_member', 'owns_organisation', 'employer_customer_id']],
    ['network', 'transactions_landed', ['payroll_employees_here'], []],
    ['network', 'links_landed', ['suppliers_here', 'buyers_here'], []],
    ['network', 'true', [], ['household_size']],
] %}
with landed as (
    select
        {{ has_landed('core_banking', 'balances') }} as balances_landed,
        {{ has_landed('core_banking', 'transactions') }} as transactions_landed,
        {{ has_landed('core_banking', 'benefit_events') }} as benefits_landed,
        {{ has_landed('engagement', 'consents') }} as consents_landed,
        {{ has_landed('app', 'users') }} and {{ has_landed('app', 'events') }} as app_landed,
        {{ has_landed('call_centre', 'contacts') }} as contacts_landed,
        {{ has_landed('call_centre', 'tickets') }} as tickets_landed,
        {{ has_landed('third_party', 'company_links') }} as links_landed
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
    case when customers.customer_type = 'retail' then cast(extract(year from customers.birth_date) as integer) end as birth_year,
    customers.province,
    customers.city,
    places.city_tier,
    places.is_county,
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
        customers.risk_assessed_on <= run.as_of_date
        and {{ months_before('customers.risk_assessed_on', '-parameters.risk_assessment_valid_months') }} > run.as_of_date, false
    ) as is_risk_assessment_current,
    {{ months_before('customers.risk_assessed_on', '-parameters.risk_assessment_valid_months') }} as risk_assessment_expires_on,
    valued.aum,
    {%- for part in balances %}
    valued.{{ part }}_balance,
    {%- endfor %}
    valued.aum_30d_ago,
    valued.aum_90d_ago,
    {{ change_ratio('valued.aum', 'valued.aum_90d_ago') }} as aum_change_90d_ratio,
    valued.accounts_without_rate,
    cast(coalesce(customers.monthly_income, salary.salary_per_month_6m) as decimal(18, 2)) as monthly_income,
    cast(
        valued.deposit_balance * parameters.margin_deposit
        + (valued.loan_balance + valued.credit_card_balance) * parameters.margin_loan
        + (valued.wealth_balance + valued.fund_balance + valued.insurance_balance + valued.precious_metal_balance + valued.trust_balance)
        * parameters.margin_investment
        + coalesce(transactions.fees_90d, 0) * 365 / 90
        as decimal(18, 2)
    ) as contribution_annual,
    cast({{ dbt.datediff('transactions.last_own_transaction_on', 'run.as_of_date', 'day') }} as bigint) as days_since_own_transaction,
    app.customer_id is not null as is_app_user,
    case when consents_landed then consents.consents_in_force is null end as is_do_not_contact,
    {%- for relation, has_landed, counted, taken in parts %}
    {%- for column in counted %}
    case when {{ has_landed }} then coalesce({{ relation }}.{{ column }}, 0) end as {{ column }},
    {%- endfor %}
    {%- for column in taken %}
    {{ relation }}.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
    {{ ',' if taken and not loop.last }}
    {%- endfor %}
from {{ ref('int_customers_described') }} as customers
inner join valued on customers.customer_id = valued.customer_id
inner join {{ ref('int_customer_sources') }} as sources on customers.customer_id = sources.customer_id
{%- for relation, model in [
    ['channels', ref('int_customer_channels')],
    ['products', ref('int_customer_products')],
    ['salary', ref('int_customer_salary')],
    ['transactions', ref('int_customer_transactions')],
    ['app', ref('int_customer_app_activity')],
    ['service', ref('int_customer_service')],
    ['benefits', ref('int_customer_benefits')],
    ['consents', ref('int_customer_consents')],
    ['registry', ref('int_organisation_registry')],
    ['network', ref('int_customer_network')],
] %}
left join {{ model }} as {{ relation }} on customers.customer_id = {{ relation }}.customer_id
{%- endfor %}
left join {{ ref('int_places_known') }} as places on customers.city = places.city
cross join {{ source('control', 'run') }} as run
cross join {{ source('control', 'parameters') }} as parameters
cross join landed
