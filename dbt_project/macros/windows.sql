{#
  Windows over business dates. "In the last N days" is (as_of - N, as_of]: N days, the business date among them.
  Every rule counts days through these, so that no model has an idea of its own about a boundary.
#}
{% macro days_before(day, days) -%}
  cast({{ dbt.dateadd('day', '-(' ~ days ~ ')', day) }} as date)
{%- endmacro %}

{% macro days_after(day, days) -%}
  cast({{ dbt.dateadd('day', days, day) }} as date)
{%- endmacro %}

{% macro months_before(day, months) -%}
  cast({{ dbt.dateadd('month', '-(' ~ months ~ ')', day) }} as date)
{%- endmacro %}

{% macro in_last_days(day, days, as_of='as_of_date') -%}
  ({{ day }} > {{ days_before(as_of, days) }} and {{ day }} <= {{ as_of }})
{%- endmacro %}

{# As far back as money is valued day by day: the longest quarter, and the two windows of 90 days before each of its days. #}
{% macro in_days_looked_back_to(day, as_of='run.as_of_date') -%}
  {{ in_last_days(day, 272, as_of) }}
{%- endmacro %}

{% macro count_in_last_days(day, days) -%}
  cast(coalesce(sum(case when {{ in_last_days(day, days) }} then 1 else 0 end), 0) as bigint)
{%- endmacro %}

{% macro change_ratio(now, before) -%}
  {# Nine decimals: a ratio that stands exactly on a threshold must compare as standing on it. #}
  case when {{ before }} > 0 then round(cast({{ now }} - {{ before }} as double) / cast({{ before }} as double), 9) end
{%- endmacro %}

{# Salary per month paid, rounded to the cent: two paydays against three in as many days are no fall. #}
{% macro per_month(salary, months) -%}
  cast({{ salary }} / nullif({{ months }}, 0) as decimal(18, 2))
{%- endmacro %}

{% macro whole_years_between(earlier, later) -%}
  {% set number = [] %}
  {%- for day in [later, earlier] -%}
    {%- do number.append('(extract(year from ' ~ day ~ ') * 10000 + extract(month from ' ~ day ~ ') * 100 + extract(day from ' ~ day ~ '))') -%}
  {%- endfor -%}
  cast(floor(({{ number[0] }} - {{ number[1] }}) / 10000) as integer)
{%- endmacro %}

{# The day on which so many whole years since a day are over, as whole_years_between counts them: of 29 February that is 1 March. #}
{% macro years_after(day, years) -%}
  {%- set that_day = 'cast(' ~ dbt.dateadd('year', years, day) ~ ' as date)' -%}
  case when extract(day from {{ that_day }}) < extract(day from {{ day }}) then {{ days_after(that_day, 1) }} else {{ that_day }} end
{%- endmacro %}

{% macro in_base_currency(amount, rate) -%}
  {# Some engines multiply two decimals of 18 digits into one of 18, which a hundred millions overflow: so one of them is wider. #}
  (cast({{ amount }} as decimal(20, 2)) * cast({{ rate }} as decimal(18, 8)))
{%- endmacro %}

{# Days as whole numbers, for windows over them. #}
{% macro day_number(day) -%}
  {{ dbt.datediff("date '2000-01-01'", day, 'day') }}
{%- endmacro %}

{# Rounded to the cent. #}
{% macro cents_in_base_currency(amount, rate) -%}
  {# What is below ninety millions fits into 18 digits with its ten decimals: multiplied and rounded off in a fiftieth of the time. #}
  case
      when abs(cast({{ amount }} as double) * cast({{ rate }} as double)) < 90000000
          then cast(cast({{ amount }} as decimal(18, 2)) * cast({{ rate }} as decimal(18, 8)) as decimal(18, 2))
      else cast({{ in_base_currency(amount, rate) }} as decimal(18, 2))
  end
{%- endmacro %}

{# Likewise; what is in base currency already is not multiplied. #}
{% macro value_in_base_currency(amount, rate, is_base_currency) -%}
  cast(case when {{ is_base_currency }} then {{ amount }} else {{ cents_in_base_currency(amount, rate) }} end as decimal(18, 2))
{%- endmacro %}
