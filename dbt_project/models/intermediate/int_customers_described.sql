-- What core banking says of the customer itself. Of several customer numbers the first in order that has the field gives it.
{% set fields = [
    'customer_type', 'gender', 'birth_date', 'province', 'city', 'occupation', 'monthly_income', 'employer_no',
    'credit_code', 'branch_no', 'manager_id',
] %}
select
    records.customer_id,
    {%- for field in fields %}
    {{ max_by('customers.' ~ field, 'case when customers.' ~ field ~ ' is not null then -records.position end') }} as {{ field }},
    {%- endfor %}
    -- the latest assessed, and of several on one day the most cautious: C1 before C5
    {{ max_by('customers.risk_level', 'case when customers.risk_level is not null then '
        ~ day_number("coalesce(customers.risk_assessed_on, date '1900-01-01')")
        ~ ' * 10 - cast(substring(customers.risk_level, 2, 1) as integer) end') }} as risk_level,
    max(customers.risk_assessed_on) as risk_assessed_on,
    max(case when customers.is_staff then 1 else 0 end) = 1 as is_staff,
    min(records.opened_on) as opened_on,
    min(case when records.is_closed then 1 else 0 end) = 1 as is_closed,
    cast(count(*) as bigint) as customer_numbers
from {{ ref('int_customer_records') }} as records
inner join {{ ref('stg_core_banking__customers') }} as customers on records.customer_no = customers.customer_no
group by records.customer_id
