-- Marketing consent as people read it. A consent for all categories makes a channel one through which the customer may be met.
with marketing as (
    select *
    from {{ ref('int_consents_in_force') }}
    where purpose = 'marketing'
),

granted as (
    select
        customer_id,
        channel,
        channel || ':' || product_category as consent,
        product_category
    from marketing
    where is_granted
),

listed as (
    select customer_id, {{ listed('consent') }} as consents_in_force
    from granted
    group by customer_id
),

channels as (
    select customer_id, {{ listed('channel') }} as contactable_channels
    from granted
    where product_category = 'all'
    group by customer_id
)

select
    asked.customer_id,
    channels.contactable_channels,
    listed.consents_in_force
from (select distinct customer_id from marketing) as asked
left join channels on asked.customer_id = channels.customer_id
left join listed on asked.customer_id = listed.customer_id
