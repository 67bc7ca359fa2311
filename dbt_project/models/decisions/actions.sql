-- One row per strategy and channel it acts through: script, what consent the channel needs, when an entry expires.
{% for entry in strategy_entries() %}
{% set first_entry = loop.first %}
{% for action in entry.actions %}
{% set channel = channel_entries() | selectattr('channel', 'equalto', action.channel) | first %}
{{ 'union all' if not (first_entry and loop.first) }}
select
    cast('{{ entry.strategy_id }}' as {{ dbt.type_string() }}) as strategy_id,
    cast({{ loop.index }} as {{ dbt.type_int() }}) as position,
    cast('{{ action.channel }}' as {{ dbt.type_string() }}) as channel,
    cast('{{ channel.destination }}' as {{ dbt.type_string() }}) as destination,
    {{ "cast('" ~ channel.consent_channel ~ "' as " ~ dbt.type_string() ~ ")" if channel.consent_channel
       else "cast(null as " ~ dbt.type_string() ~ ")" }} as consent_channel,
    cast({{ 'true' if channel.requires == 'manager_id' else 'false' }} as boolean) as requires_manager,
    cast('{{ action.script_id }}' as {{ dbt.type_string() }}) as script_id,
    cast('{{ action.product_category }}' as {{ dbt.type_string() }}) as product_category,
    cast({{ action.expires_after_days }} as {{ dbt.type_int() }}) as expires_after_days
{%- endfor %}
{%- endfor %}
