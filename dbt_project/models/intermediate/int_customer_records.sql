-- Records still open come first, then the earliest opened: the customer number in daily use speaks for the customer.
select
    identities.customer_id,
    customers.customer_no,
    customers.opened_on,
    identities.confidence,
    coalesce(customers.closed_on <= run.as_of_date, false) as is_closed,
    row_number() over (
        partition by identities.customer_id
        order by
            case when customers.closed_on <= run.as_of_date then 1 else 0 end,
            customers.opened_on,
            customers.customer_no
    ) as position
from {{ ref('stg_core_banking__customers') }} as customers
inner join {{ ref('customer_identities') }} as identities
    on identities.record_source = 'core_banking.customers' and identities.record_id = customers.customer_no
cross join {{ source('control', 'run') }} as run
