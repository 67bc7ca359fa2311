{#
  The columns are the model's key: none is null, and no two rows share them. `nullable` are parts of the key for which null is a
  value of its own. One query for all, since each test costs the day. `touched` names the landing table of a model that holds
  history: of what the day's changes did not touch, by the first column of the key, every row was looked at when it was written.
  `days`, where the key has a day of what landed: its column in the model and the moment's in the landing table; then a touched
  record is looked at on days that changed alone, and history is not read.
#}
{% test row_key(model, columns, nullable=[], touched=none, days=none) %}
with looked_at as (
    select {{ (columns + nullable) | join(', ') }} from {{ model }}
    {%- if touched and not flags.FULL_REFRESH %}
    where {{ columns[0] }} in (select {{ columns[0] }} from {{ source('changes', touched) }})
        {%- if days %}
        and {{ among_changed_days(source('changes', touched), days[1], days[0]) }}
        {%- endif %}
    union all
    select {{ (columns + nullable) | join(', ') }} from {{ model }} where {{ columns[0] }} is null{{ ' or ' ~ days[0] ~ ' is null' if days }}
    {%- endif %}
)

select
    {{ (columns + nullable) | join(', ') }},
    count(*) as rows_found
from looked_at
group by {{ (columns + nullable) | join(', ') }}
having count(*) > 1{% for column in columns %} or {{ column }} is null{% endfor %}
{% endtest %}
