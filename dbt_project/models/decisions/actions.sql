-- One row per strategy and channel it acts through: script, what consent the channel needs, when an entry expires.
{% for entry in strategy_entries() %}
{% set first_entry = loop.first %}
{% for action in entry.actions %}
{% set channel = channel_entries() | selectattr('channel', 'equalto', action.channel) | first %}
{{ 'union all' if not (first_entry and loop.first) }}
select
    {{ text_literal(entry.strategy_id) }} as strategy_id,
    cast({{ loop.index }} as {{ dbt.type_int() }}) as position,
    {{ text_literal(action.channel) }} as channel,
    {{ text_literal(channel.destination) }} as destination,
    {{ text_literal(channel.consent_channel) }} as consent_channel,
    cast({{ 'true' if channel.requires == 'manager_id' else 'false' }} as boolean) as requires_manager,
    {{ text_literal(action.script_id) }} as script_id,
    {{ text_literal(action.product_category) }} as product_category,
    cast({{ action.expires_after_days }} as {{ dbt.type_int() }}) as expires_after_days
{%- endfor %}
{%- endfor %}
