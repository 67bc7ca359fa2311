-- An app login counts as an action in the channel mobile. The channel with most actions in 90 days is preferred; of equals the
-- first in alphabetical order.
with counted as (
    select
        customers.customer_id
        {%- for channel in transaction_channels() %},
        coalesce(transactions.own_{{ channel }}_90d, 0){{ ' + coalesce(app.logins_90d, 0)' if channel == 'mobile' }} as {{ channel }}
        {%- endfor %}
    from {{ ref('int_customers_described') }} as customers
    left join {{ ref('int_customer_transactions') }} as transactions on customers.customer_id = transactions.customer_id
    left join {{ ref('int_customer_app_activity') }} as app on customers.customer_id = app.customer_id
),

most as (
    select *, greatest({{ transaction_channels() | join(', ') }}) as most_actions from counted
)

select
    customer_id,
    case
        when most_actions = 0 then null
        {%- for channel in transaction_channels() %}
        when {{ channel }} = most_actions then '{{ channel }}'
        {%- endfor %}
    end as preferred_channel
from most
