{{ config(materialized='view') }}
-- What every customer said, channel by channel; it lies side by side where it is counted, for a channel is asked about alone.
{% set channels = contact_channels() %}
with channels as (
    {%- for channel in channels %}
    select '{{ channel }}' as channel
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    answers.customer_id,
    answers.purpose,
    channels.channel,
    answers.product_category,
    case channels.channel
        {%- for channel in channels %}
        when '{{ channel }}' then answers.{{ channel }}_granted
        {%- endfor %}
    end as is_granted,
    case channels.channel
        {%- for channel in channels %}
        when '{{ channel }}' then answers.{{ channel }}_changed_at
        {%- endfor %}
    end as changed_at
from {{ ref('int_customer_consent_answers') }} as answers
cross join channels
