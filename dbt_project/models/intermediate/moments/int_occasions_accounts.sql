select
    valued.customer_id,
    valued.account_no,
    valued.product_code,
    valued.category,
    accounts.opened_on,
    accounts.matures_on,
    accounts.payment_due_on,
    valued.is_open,
    valued.value_now,
    valued.days_past_due,
    valued.past_due_known_on,
    cast({{ dbt.dateadd('day', '-valued.days_past_due', 'run.as_of_date') }} as date) as past_due_since,
    {{ moments_since() }} as since_on,
    run.as_of_date
from {{ ref('int_accounts_valued') }} as valued
inner join {{ ref('stg_core_banking__accounts') }} as accounts on valued.account_no = accounts.account_no
inner join {{ ref('int_customers_profiled') }} as profile on valued.customer_id = profile.customer_id
cross join {{ source('control', 'run') }} as run
