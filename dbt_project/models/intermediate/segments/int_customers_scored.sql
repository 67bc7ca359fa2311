-- Three scores from 0 to 100. A part gives its points times its share, a number cut to 0..1; an unknown share gives none.
{% set parts = entries_of('int_customers_scored', 'scores') %}
{% set dimensions = ['value', 'behaviour', 'demand'] %}
with shares as (
    select
        profile.customer_id
        {%- for part in parts %},
        {{ part.points }} * coalesce(least(1, greatest(0, cast(({{ part.share }}) as double))), 0) as {{ part.dimension }}_{{ part.part }}
        {%- endfor %}
    from {{ ref('int_customers_profiled') }} as profile
    cross join {{ source('control', 'parameters') }} as parameters
)

select
    customer_id
    {%- for dimension in dimensions %},
    {%- set own = parts | selectattr('dimension', 'equalto', dimension) | list %}
    cast(round({% for part in own %}{{ dimension }}_{{ part.part }} + {% endfor %}0, 1) as double) as {{ dimension }}_score,
    {% for part in own %}'{{ '; ' if not loop.first }}{{ part.part }}=' || {{ said('cast(round(' ~ dimension ~ '_' ~ part.part ~ ', 1) as decimal(18, 1))') }}
    || '/{{ part.points }}' || {% endfor %}'' as {{ dimension }}_parts
    {%- endfor %}
from shares
