{#
  The columns are the model's key: none is null, and no two rows share them. `nullable` are parts of the key for which null is a
  value of its own. One query for all, since each test costs the day.
#}
{% test row_key(model, columns, nullable=[]) %}
select
    {{ (columns + nullable) | join(', ') }},
    count(*) as rows_found
from {{ model }}
group by {{ (columns + nullable) | join(', ') }}
having count(*) > 1{% for column in columns %} or {{ column }} is null{% endfor %}
{% endtest %}
