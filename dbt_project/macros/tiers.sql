{#
  Tiers rise at once and fall on certain days only (the setting C360_TIER_FALLS). The last such day, the business date being one:
  the end of a quarter or of a month is the day before the one that begins the next day's.
#}
{% macro tiers_fell_on(as_of, falls) -%}
  {%- set tomorrow = dbt.dateadd('day', 1, as_of) -%}
  case {{ falls }}
    when 'quarter_end' then {{ days_before(dbt.date_trunc('quarter', tomorrow), 1) }}
    when 'month_end' then {{ days_before(dbt.date_trunc('month', tomorrow), 1) }}
    else {{ as_of }}
  end
{%- endmacro %}

{# How many of its kind's thresholds an AUM reaches, and the next one above it; null where the AUM is unknown, or none is above. #}
{% macro aum_level(aum) -%}
  cast(case
      when {{ aum }} is null then null
      {%- for organisation, names in tier_thresholds() %}{% for name in names | reverse %}
      when is_organisation = {{ organisation }} and {{ aum }} >= tier_{{ name }}_aum then {{ loop.revindex }}
      {%- endfor %}{% endfor %}
      else 0
  end as bigint)
{%- endmacro %}

{% macro next_tier_aum(aum) -%}
  case
      {%- for organisation, names in tier_thresholds() %}{% for name in names %}
      when is_organisation = {{ organisation }} and {{ aum }} < tier_{{ name }}_aum then tier_{{ name }}_aum
      {%- endfor %}{% endfor %}
  end
{%- endmacro %}

{# The thresholds of persons and of organisations, each from the lowest up. #}
{% macro tier_thresholds() %}
  {{ return([('false', ['basic', 'wealth', 'private_banking']), ('true', ['growth_organisation', 'key_organisation'])]) }}
{% endmacro %}

{#
  Persons whom only a sign of potential would lift, with the day on which tiers may last have fallen: those below the thresholds of AUM
  above it, of another age and without growth today.
#}
{% macro persons_without_potential() -%}
  select
      profile.customer_id,
      profile.opened_on,
      run.as_of_date,
      {{ tiers_fell_on('run.as_of_date', 'parameters.tier_falls') }} as fell_on,
      parameters.tier_potential_growth_ratio
  from {{ ref('int_customers_profiled') }} as profile
  cross join {{ source('control', 'run') }} as run
  cross join {{ source('control', 'parameters') }} as parameters
  where not profile.is_organisation
      and coalesce(profile.aum, 0) < parameters.tier_wealth_aum
      and not coalesce(profile.age between parameters.tier_potential_age_from and parameters.tier_potential_age_to, false)
      and not coalesce(profile.salary_change_90d_ratio >= parameters.tier_potential_growth_ratio, false)
      and not coalesce(profile.aum_change_90d_ratio >= parameters.tier_potential_growth_ratio, false)
      and {{ tiers_fell_on('run.as_of_date', 'parameters.tier_falls') }} < run.as_of_date
{%- endmacro %}
