-- Each of a customer's numbers is asked about every category that any of them named, and one that does not agree decides; so does
-- one that said nothing. Of a category that it did not name, what a number said of all answers. Hardly anybody has two numbers.
{% set channels = contact_channels() %}
with numbers as (
    select
        customer_id,
        customer_no,
        count(*) over (partition by customer_id) as customer_numbers
    from {{ ref('int_customer_records') }}
),

answered as (
    select
        numbers.customer_id,
        numbers.customer_numbers,
        answers.*
    from {{ ref('int_consent_answers') }} as answers
    inner join numbers on answers.customer_no = numbers.customer_no
),

asked as (
    select distinct customer_id, purpose, product_category from answered where customer_numbers > 1
),

each_number as (
    select
        asked.customer_id,
        asked.purpose,
        asked.product_category
        {%- for channel in channels %}
        {%- for column in [channel ~ '_granted', channel ~ '_changed_at'] %},
        case when own.customer_no is not null then own.{{ column }} else general.{{ column }} end as {{ column }}
        {%- endfor %}
        {%- endfor %}
    from asked
    inner join numbers on asked.customer_id = numbers.customer_id
    left join {{ ref('int_consent_answers') }} as own
        on numbers.customer_no = own.customer_no and asked.purpose = own.purpose and asked.product_category = own.product_category
    left join {{ ref('int_consent_answers') }} as general
        on numbers.customer_no = general.customer_no and asked.purpose = general.purpose and general.product_category = 'all'
)

select
    customer_id,
    purpose,
    product_category
    {%- for channel in channels %},
    {{ channel }}_granted,
    {{ channel }}_changed_at
    {%- endfor %}
from answered
where customer_numbers = 1
union all
select
    customer_id,
    purpose,
    product_category
    {%- for channel in channels %},
    min(case when {{ channel }}_granted then 1 else 0 end) = 1 as {{ channel }}_granted,
    max({{ channel }}_changed_at) as {{ channel }}_changed_at
    {%- endfor %}
from each_number
group by customer_id, purpose, product_category
