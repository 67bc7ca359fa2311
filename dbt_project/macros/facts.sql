{#
  Daily facts are kept incrementally: the pairs of record and day found in the change images are deleted and computed again,
  exactly those, in the model's own transaction. Before- and after-images both count, so a row that moved leaves its old day.
#}
{% macro changed_days(changes, record, moment) -%}
  select distinct {{ record }} as {{ record }}, cast({{ moment }} as date) as changed_on
  from {{ changes }}
  where {{ record }} is not null
{%- endmacro %}

{# Whether a day lies between the first and the last that changed: engines skip what lies outside, and history is not read. #}
{% macro among_changed_days(changes, moment, day) -%}
  {{ day }} >= (select min(cast({{ moment }} as date)) from {{ changes }})
  and {{ day }} <= (select max(cast({{ moment }} as date)) from {{ changes }})
{%- endmacro %}

{% macro delete_changed_days(changes, record, moment, day) -%}
  {%- if is_incremental() -%}
  delete from {{ this }}
  where {{ among_changed_days(changes, moment, day) }}
  and exists (
      select 1 from ({{ changed_days(changes, record, moment) }}) as changed
      where changed.{{ record }} = {{ this.identifier }}.{{ record }} and changed.changed_on = {{ this.identifier }}.{{ day }}
  )
  {%- endif -%}
{%- endmacro %}

{# The rows to compute again, as a relation: all, where facts are computed in full. #}
{% macro of_changed_days(facts, changes, record, moment, day) -%}
  {%- if is_incremental() -%}
  (
      select facts.*
      from {{ facts }} as facts
      inner join ({{ changed_days(changes, record, moment) }}) as changed
          on facts.{{ record }} = changed.{{ record }} and facts.{{ day }} = changed.changed_on
      where facts.{{ moment }} >= (select min({{ dbt.date_trunc('day', moment) }}) from {{ changes }})
          and facts.{{ moment }} < (select {{ dbt.dateadd('day', 1, dbt.date_trunc('day', 'max(' ~ moment ~ ')')) }} from {{ changes }})
  )
  {%- else -%}
  {{ facts }}
  {%- endif -%}
{%- endmacro %}

{#
  A query's facts, laid together by day when computed in full, as they are when they come day by day: a window reads its own days alone.
  Within a day, what is looked up lies together, too. They are gathered before they are ordered: to group, join and order at once takes
  the memory of all three.
#}
{% macro together_by(day, lookups=[]) -%}
  {%- set columns = ([] if is_incremental() else [day]) + lookups -%}
  {%- if columns -%}
with gathered as {{ held_apart() }} (
{{ caller() }}
)

select * from gathered order by {{ columns | join(', ') }}
  {%- else -%}
{{ caller() }}
  {%- endif -%}
{%- endmacro %}

{#
  What lies before every window of 90 days is kept as a sum per record: what was kept, and the days that have since gone by.
  A record of which an old day changed is counted anew, from its facts alone. `counted_through` is the sum's last day, the same
  in every row; were it ever ahead of the run, all is counted anew.
#}
{% macro windows_begin_after() -%}
  (select {{ days_before('as_of_date', 90) }} from {{ source('control', 'run') }})
{%- endmacro %}

{% macro changed_long_ago(changes, record, moment) -%}
  select distinct {{ record }} as {{ record }}
  from {{ changes }}
  where cast({{ moment }} as date) <= (select max(counted_through) from {{ this }})
{%- endmacro %}

{% macro delete_changed_long_ago(changes, record, moment) -%}
  {%- if is_incremental() -%}
  delete from {{ this }}
  where counted_through > {{ windows_begin_after() }} or {{ record }} in ({{ changed_long_ago(changes, record, moment) }})
  {%- endif -%}
{%- endmacro %}

{# The rows to be added to what is kept: those of the days gone by, and every one of the records that are counted anew. #}
{% macro not_yet_counted(facts, changes, record, moment, day) -%}
  select facts.*
  from {{ facts }} as facts
  where facts.{{ day }} <= {{ windows_begin_after() }}
  {%- if is_incremental() %}
  and facts.{{ day }} > (select coalesce(max(counted_through), date '0001-01-01') from {{ this }})
  union all
  select facts.*
  from {{ facts }} as facts
  inner join ({{ changed_long_ago(changes, record, moment) }}) as changed on facts.{{ record }} = changed.{{ record }}
  where facts.{{ day }} <= (select max(counted_through) from {{ this }})
  {%- endif -%}
{%- endmacro %}

{# A change log holds what each processed date found; a date that is run again writes its own rows anew. #}
{% macro forget_this_date() -%}
  {%- if is_incremental() -%}
  delete from {{ this }} where business_date in (select as_of_date from {{ source('control', 'run') }})
  {%- endif -%}
{%- endmacro %}

{# Which published date of a log is to be written anew. Forgotten when it was published. #}
{% macro note_this_date() -%}
  insert into {{ source('control', 'unpublished_days') }} (table_name, business_date)
  select '{{ this.identifier }}', as_of_date from {{ source('control', 'run') }}
{%- endmacro %}
