with cities as (
    select distinct city from {{ ref('int_customers_described') }} where city is not null
)

select
    city,
    case
        {%- for entry in entries_of('int_places_known', 'tiers') %}
        when city in ({% for name in entry.cities %}{{ sql_text(name) }}{{ ', ' if not loop.last }}{% endfor %}) then {{ sql_text(entry.tier) }}
        {%- endfor %}
        when city is not null then 'other'
    end as city_tier,
    city like '%县' or city like '%旗'
    {%- for name in entries_of('int_places_known', 'counties') %} or city = {{ sql_text(name) }}{% endfor %} as is_county
from cities
