{{ config(materialized='view') }}
-- The customers themselves, but those that have closed, with the last birthday and the last anniversary of the first account.
with customers as (
    {{ rule_vocabulary() }}
)

select
    customers.*,
    {{ years_after('described.birth_date', 'customers.age') }} as last_birthday_on,
    {{ years_after('customers.opened_on', whole_years_between('customers.opened_on', 'run.as_of_date')) }} as last_anniversary_on,
    {{ whole_years_between('customers.opened_on', 'run.as_of_date') }} as years_here,
    {{ moments_since() }} as since_on,
    run.as_of_date
from customers
inner join {{ ref('int_customers_described') }} as described on customers.customer_id = described.customer_id
cross join {{ source('control', 'run') }} as run
where not customers.is_closed
