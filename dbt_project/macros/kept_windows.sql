{#
  Sums over windows of daily facts, kept from run to run: yesterday's sums, the days that entered since and, taken off, those that
  left. A record of which a day already counted has changed is counted anew, and so is everything were the sums ahead of the run.
  The model is a table that reads itself as it stood; where it does not stand yet, or is built in full, it reads its facts alone, as
  it does when a column has been added.
  `counted_to` is the last day counted, the same in every row.
#}
{% macro is_kept(columns) -%}
  {%- if not execute or should_full_refresh() or load_relation(this) is none -%}{{ return(false) }}{%- endif -%}
  {%- set standing = adapter.get_columns_in_relation(this) | map(attribute='name') | list -%}
  {{ return(columns | reject('in', standing) | list == []) }}
{%- endmacro %}

{# How far the run goes, and how far what was kept goes: to before all days, where nothing was. #}
{% macro kept_bounds(kept) -%}
bounds as (
    select
        run.as_of_date,
        {% if kept -%}
        coalesce((select max(kept.counted_to) from {{ this }} as kept where kept.counted_to <= run.as_of_date), date '1900-01-01')
        {%- else -%}
        date '1900-01-01'
        {%- endif %} as counted_to
    from {{ source('control', 'run') }} as run
)
{%- endmacro %}

{% macro columns_of_windows(keys, windows, day, dates) -%}
  {% for key in keys %}facts.{{ key }}, {% endfor %}
  {%- for column, measure, days in windows -%}
  case when {{ in_last_days('facts.' ~ day, days) }} then facts.{{ measure }} else 0 end as {{ column }}{{ ', ' if not loop.last }}
  {%- endfor %}
  {%- for column, measure in dates %},
  case when facts.{{ measure }} > 0 then facts.{{ day }} end as {{ column }}
  {%- endfor %}
{%- endmacro %}

{#
  The rows to be summed: for each window its column, positive as the days enter and negative as they leave. `firsts` and `lasts` are
  [column, measure]: the days of the longest window on which the measure is above 0, of which the model takes the least and the
  greatest. The greatest leaves last; where the least has left, the next is looked for.
#}
{% macro parts_of_windows(facts, keys, windows, changes, record, moment, day, firsts=[], lasts=[]) -%}
  {%- set dates = firsts + lasts -%}
  {%- set lengths = windows | map(attribute=2) | unique | sort -%}
  {%- set longest = lengths | last -%}
  {%- set begins = days_before('as_of_date', longest) -%}
  {%- set kept = is_kept(keys + (windows + dates) | map(attribute=0) | list + ['counted_to']) %}
  with {{ kept_bounds(kept) }}
  {%- if kept %},
  changed as (
      select distinct {{ record }} as {{ record }}
      from {{ changes }}
      cross join bounds
      where {{ in_last_days('cast(' ~ moment ~ ' as date)', longest, 'counted_to') }}
  )

  -- what was kept
  select
      {{ keys | join(', ') }}
      {%- for column, measure, days in windows %}, {{ column }}{% endfor %}
      {%- for column, measure in dates %}, case when {{ column }} > {{ begins }} then {{ column }} end as {{ column }}{% endfor %}
  from {{ this }} as kept
  cross join bounds
  where kept.counted_to <= bounds.as_of_date
      and not exists (select 1 from changed where changed.{{ record }} = kept.{{ record }})

  -- counted anew
  union all
  select {{ columns_of_windows(keys, windows, day, dates) }}
  from {{ facts }} as facts
  cross join bounds
  where {{ in_last_days('facts.' ~ day, longest) }}
      and facts.{{ record }} in (select {{ record }} from changed)
  {%- for first, measure in firsts %}

  -- {{ first }} looked for
  union all
  select {{ keys | join(', ') }}{% for column in windows %}, 0{% endfor %}
      {%- for column, _ in dates %}, {{ day if column == first else 'null' }}{% endfor %}
  from {{ facts }} as facts
  cross join bounds
  where {{ in_last_days('facts.' ~ day, longest) }} and facts.{{ measure }} > 0
      and facts.{{ record }} in (select kept.{{ record }} from {{ this }} as kept cross join bounds where kept.{{ first }} <= {{ begins }})
  {%- endfor %}
  {%- for days in lengths %}

  -- left the last {{ days }} days
  union all
  select {{ keys | join(', ') }}{% for column, measure, length in windows %}, {{ '-' ~ measure if length == days else 0 }}{% endfor %}
      {%- for column in dates %}, null{% endfor %}
  from {{ facts }} as facts
  cross join bounds
  where {{ in_last_days('facts.' ~ day, days, 'counted_to') }} and facts.{{ day }} <= {{ days_before('as_of_date', days) }}
      and not exists (select 1 from changed where changed.{{ record }} = facts.{{ record }})
  {%- endfor %}

  -- entered
  union all
  {%- endif %}
  select {{ columns_of_windows(keys, windows, day, dates) }}
  from {{ facts }} as facts
  cross join bounds
  where {{ in_last_days('facts.' ~ day, longest) }}
      and facts.{{ day }} > bounds.counted_to
  {%- if kept %}
      and not exists (select 1 from changed where changed.{{ record }} = facts.{{ record }})
  {%- endif %}
{%- endmacro %}
