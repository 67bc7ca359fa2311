{#
  Daily facts are kept incrementally: the pairs of record and day found in the change images are deleted and computed again,
  exactly those, in the model's own transaction. Before- and after-images both count, so a row that moved leaves its old day.
#}
{% macro changed_days(changes, record, moment) -%}
  select distinct {{ record }} as {{ record }}, cast({{ moment }} as date) as changed_on
  from {{ changes }}
  where {{ record }} is not null
{%- endmacro %}

{% macro delete_changed_days(changes, record, moment, day) -%}
  {%- if is_incremental() -%}
  delete from {{ this }}
  where exists (
      select 1 from ({{ changed_days(changes, record, moment) }}) as changed
      where changed.{{ record }} = {{ this.identifier }}.{{ record }} and changed.changed_on = {{ this.identifier }}.{{ day }}
  )
  {%- endif -%}
{%- endmacro %}

{% macro only_changed_days(changes, record, moment, day) -%}
  {%- if is_incremental() -%}
  inner join ({{ changed_days(changes, record, moment) }}) as changed
      on facts.{{ record }} = changed.{{ record }} and facts.{{ day }} = changed.changed_on
  {%- endif -%}
{%- endmacro %}
