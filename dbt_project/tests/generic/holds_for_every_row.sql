{# An identity between columns of one row. A row in which it is unknown does not break it. #}
{% test holds_for_every_row(model, expression) %}
select *
from {{ model }}
where not ({{ expression }})
{% endtest %}
