{{ config(materialized='view') }}
-- Contacts that nobody known had, and those of days not yet come, wait in int_interactions. A view, so that the history costs a day
-- nothing: what a day changed is there already.
select
    contacts.interaction_id,
    contacts.customer_id,
    contacts.channel,
    contacts.kind,
    contacts.direction,
    contacts.occurred_at,
    contacts.product_code,
    contacts.summary || coalesce('; ' || contacts.campaign, '') as summary,
    contacts.source,
    contacts.business_date
from {{ ref('int_interactions') }} as contacts
cross join {{ source('control', 'run') }} as run
where contacts.customer_id is not null and contacts.business_date <= run.as_of_date
