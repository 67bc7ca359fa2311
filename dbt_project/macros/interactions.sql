{#
  The ledger of contacts is kept incrementally: of each source table, what was changed of a unit (a call, a message, an app user) on a
  day is deleted and computed again. Whose a contact is may change without it: that alone is then set anew.
#}
{% macro interaction_sources() %}
  {{ return([
    {'source': 'app', 'table': 'events', 'unit': 'app_user_id', 'moment': 'occurred_at'},
    {'source': 'call_centre', 'table': 'contacts', 'unit': 'contact_id', 'moment': 'started_at'},
    {'source': 'call_centre', 'table': 'tickets', 'unit': 'ticket_id', 'moment': 'opened_at'},
    {'source': 'call_centre', 'table': 'surveys', 'unit': 'survey_id', 'moment': 'answered_at'},
    {'source': 'engagement', 'table': 'message_events', 'unit': 'message_id', 'moment': 'occurred_at'},
    {'source': 'engagement', 'table': 'task_results', 'unit': 'task_id', 'moment': 'updated_at'},
    {'source': 'core_banking', 'table': 'transactions', 'unit': 'transaction_id', 'moment': 'posted_at', 'among': "channel = 'branch'"},
    {'source': 'engagement', 'table': 'past_contacts', 'unit': 'message_id', 'moment': 'sent_at'},
  ]) }}
{% endmacro %}

{# What says that a message was sent: its destination took it over, or, where that never came back, delivered it. #}
{% macro is_sending(events) -%}
  {{ events }}.event in ('accepted', 'delivered')
{%- endmacro %}

{#
  A message is sent once, whatever comes back about it: which of its events tells that may turn with another day's event, or with the
  list of what was sent before. So of a message of which such a thing changed, the days of all its sendings did.
#}
{% macro changes_of_messages() -%}
  {%- set changes = source('changes', 'engagement__message_events') -%}
  (
      select message_id, occurred_at from {{ changes }}
      union all
      select sendings.message_id, sendings.occurred_at
      from {{ ref('stg_engagement__message_events') }} as sendings
      where {{ is_sending('sendings') }}
          and sendings.message_id in (
              select changed.message_id from {{ changes }} as changed where {{ is_sending('changed') }}
              union all
              select message_id from {{ source('changes', 'engagement__past_contacts') }}
          )
  ) as among_changes
{%- endmacro %}

{% macro changes_of_interactions(entry) -%}
  {%- if entry.table == 'message_events' -%}{{ return(changes_of_messages()) }}{%- endif -%}
  {%- set changes = source('changes', entry.source ~ '__' ~ entry.table) -%}
  {{ '(select * from ' ~ changes ~ ' where ' ~ entry.among ~ ') as among_changes' if entry.among else changes }}
{%- endmacro %}

{% macro changed_interactions() -%}
  {%- for entry in interaction_sources() %}
  {{ 'union all' if not loop.first }}
  select distinct
      '{{ entry.source }}.{{ entry.table }}' as source,
      {{ entry.unit }} as source_id,
      cast({{ entry.moment }} as date) as changed_on
  from {{ changes_of_interactions(entry) }}
  where {{ entry.unit }} is not null and {{ entry.moment }} is not null
  {%- endfor %}
{%- endmacro %}

{# One source's rows to compute again, as a relation: all, where the ledger is computed in full. #}
{% macro of_changed_interactions(number, staged, day) -%}
  {%- set entry = interaction_sources()[number] -%}
  {{ of_changed_days(staged, changes_of_interactions(entry), entry.unit, entry.moment, day) }}
{%- endmacro %}

{% macro interaction_id(source, parts) -%}
  {%- set key = ["'" ~ source ~ "'"] -%}
  {%- for part in parts %}{% do key.extend(["'|'", "coalesce(cast(" ~ part ~ " as " ~ dbt.type_string() ~ "), '')"]) %}{% endfor -%}
  {{ dbt.concat(["'i'", 'substring(' ~ md5_hex(dbt.concat(key)) ~ ', 1, 24)']) }}
{%- endmacro %}

{# The contacts that are kept as somebody else's than today's: the record behind them changed hands, or a message became known. #}
{% macro interactions_of_others() -%}
  select kept.interaction_id, kept.business_date
  from {{ this }} as kept
  left join {{ ref('int_interaction_owners') }} as owners
      on kept.record_source = owners.record_source and kept.record_id = owners.record_id
  where coalesce(kept.customer_id, '') <> coalesce(owners.customer_id, '')
      or (
          kept.record_source = 'message'
          and (coalesce(kept.channel, '') <> coalesce(owners.channel, '') or coalesce(kept.campaign, '') <> coalesce(owners.campaign, ''))
      )
{%- endmacro %}

{# Which published dates will have to be written anew: those of the changes, or all (no date). Forgotten when they were published. #}
{% macro remember_days_of_interactions() -%}
  insert into {{ source('control', 'unpublished_days') }} (table_name, business_date)
  {%- if is_incremental() %}
  select distinct 'interactions', touched.day
  from (
      select changed_on as day from ({{ changed_interactions() }}) as changed
      union all
      select business_date from ({{ interactions_of_others() }}) as others
  ) as touched
  {%- else %}
  values ('interactions', null)
  {%- endif -%}
{%- endmacro %}

{% macro hand_over_interactions() -%}
  {%- if is_incremental() -%}
  {%- set of_owner = "from " ~ ref('int_interaction_owners') ~ " as owners where owners.record_source = " ~ this.identifier
      ~ ".record_source and owners.record_id = " ~ this.identifier ~ ".record_id" -%}
  update {{ this }}
  set customer_id = (select max(owners.customer_id) {{ of_owner }}),
      channel = case when record_source = 'message' then (select max(owners.channel) {{ of_owner }}) else channel end,
      campaign = (select max(owners.campaign) {{ of_owner }})
  where interaction_id in (select others.interaction_id from ({{ interactions_of_others() }}) as others)
  {%- endif -%}
{%- endmacro %}

{% macro delete_changed_interactions() -%}
  {%- if is_incremental() -%}
  delete from {{ this }}
  where business_date >= (select min(changed.changed_on) from ({{ changed_interactions() }}) as changed)
  and business_date <= (select max(changed.changed_on) from ({{ changed_interactions() }}) as changed)
  and exists (
      select 1 from ({{ changed_interactions() }}) as changed
      where changed.source = {{ this.identifier }}.source
          and changed.source_id = {{ this.identifier }}.source_id
          and changed.changed_on = {{ this.identifier }}.business_date
  )
  {%- endif -%}
{%- endmacro %}
