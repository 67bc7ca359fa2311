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
