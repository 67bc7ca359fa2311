-- Whose a contact is, by the record that the source names: an app user, a caller, an account, or the message or task that it answers.
-- A list entry speaks of the customer by the id of its day, which may have been replaced since.
with messages as (
    select
        sent.delivery_id as message_id,
        case when aliases.customer_id is null then sent.customer_id else aliases.current_customer_id end as customer_id,
        sent.channel,
        sent.strategy_id as campaign
    from {{ source('control', 'earlier_messages') }} as sent
    left join {{ ref('customer_aliases') }} as aliases on sent.customer_id = aliases.customer_id
    union all
    select
        contacts.message_id,
        records.customer_id,
        contacts.channel,
        contacts.campaign
    from {{ ref('stg_engagement__past_contacts') }} as contacts
    inner join {{ ref('int_customer_records') }} as records on contacts.customer_no = records.customer_no
)

select
    record_source,
    record_id,
    customer_id,
    cast(null as {{ dbt.type_string() }}) as channel,
    cast(null as {{ dbt.type_string() }}) as campaign
from {{ ref('customer_identities') }}
where record_source in ('app.users', 'call_centre.callers')
union all
select
    'core_banking.accounts',
    accounts.account_no,
    records.customer_id,
    null,
    null
from {{ ref('stg_core_banking__accounts') }} as accounts
inner join {{ ref('int_customer_records') }} as records on accounts.customer_no = records.customer_no
union all
select
    'message',
    message_id,
    max(customer_id),
    max(channel),
    max(campaign)
from messages
group by message_id
