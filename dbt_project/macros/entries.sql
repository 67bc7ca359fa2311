{#
  One thing, one entry: tags, micro-segments, scores and moments are lists in the config.meta of the model that they define, and
  every model that needs them reads them here. Empty while dbt parses, when the graph is not there yet.
#}
{% macro entries_of(model_name, list_name) %}
  {% if not execute %}{{ return([]) }}{% endif %}
  {{ return(described(model_name).meta[list_name]) }}
{% endmacro %}

{# What a model's file says of it: its lists and its columns. #}
{% macro described(model_name) %}
  {% if graph.nodes is defined %}
    {% set node = graph.nodes['model.' ~ project_name ~ '.' ~ model_name] %}
    {{ return({'meta': node.config.meta, 'columns': node.columns}) }}
  {% endif %}
  {% if not shown_to_unit_tests() %}
    {{ exceptions.raise_compiler_error('dbt was handed a manifest without its graph; load it with orchestration.manifest.load_manifest()') }}
  {% endif %}
  {{ return(shown_to_unit_tests()[model_name]) }}
{% endmacro %}

{# A unit test sees macros and no graph, so load_manifest() writes here what the graph says of the models that have lists. #}
{% macro shown_to_unit_tests() %}{{ return({}) }}{% endmacro %}

{% macro sql_text(value) -%}
  '{{ (value or '') | trim | replace("'", "''") }}'
{%- endmacro %}

{# 'aum=600000.00; age=40': the columns that an entry names as evidence, with the customer's values. #}
{% macro evidence_of(columns) -%}
  {%- set text = dbt.type_string() -%}
  {%- for column in columns -%}
  '{{ '; ' if not loop.first }}{{ column }}=' || coalesce(cast({{ column }} as {{ text }}), 'unknown'){{ ' || ' if not loop.last }}
  {%- else -%}
  cast(null as {{ text }})
  {%- endfor -%}
{%- endmacro %}

{# What rules about customers may name, one row per customer: the profile, and where the segments put the customer. #}
{% macro rule_vocabulary() -%}
select
    profile.*,
    {%- for column in segment_columns() %}
    segments.{{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('int_customers_profiled') }} as profile
inner join {{ ref('int_customers_segmented') }} as segments on profile.customer_id = segments.customer_id
{%- endmacro %}

{% macro segment_columns() %}
  {{ return([
      'value_tier', 'lifecycle_stage', 'micro_segment', 'value_score', 'behaviour_score', 'demand_score', 'aum_level',
      'aum_level_30d_ago', 'aum_to_next_tier', 'segment_reason',
  ]) }}
{% endmacro %}

{# What must have landed for a rule, and its value, where it has one: the inputs of every column that they name, sorted. #}
{% macro inputs_of(rule, value=none) %}
  {% set named = (rule ~ ' ' ~ (value or '')) %}
  {% set words = modules.re.findall('[a-z_][a-z0-9_]*', modules.re.sub("'[^']*'", '', named) | lower) %}
  {% set inputs = [] %}
  {% for model in ['int_customers_profiled', 'int_customers_segmented'] %}
    {% set columns = described(model).columns %}
    {% for word in words if word in columns %}{% do inputs.extend(columns[word].config.meta.inputs or []) %}{% endfor %}
  {% endfor %}
  {{ return(inputs | unique | sort) }}
{% endmacro %}

{# One row with a column for each of these inputs: 1 where it has landed. One that nobody looked for has not. #}
{% macro inputs_landed(inputs) -%}
select
    {%- for input in inputs %}
    max(case when has_landed and input = '{{ input }}' then 1 else 0 end) as input_{{ loop.index0 }},
    {%- endfor %}
    count(*) as inputs_known
from {{ source('control', 'inputs') }}
{%- endmacro %}

{# Over that row: whether all of some of these inputs have landed, and which never have. #}
{% macro inputs_judged(needed, inputs) -%}
  {%- set names = [] -%}
  {%- for input in needed %}{% do names.append('input_' ~ inputs.index(input)) %}{% endfor -%}
  {{ (names or ['0']) | join(' + ') }} = {{ needed | length }} as is_computable,
  nullif(substring('' {%- for input in needed %} || case when {{ names[loop.index0] }} = 0 then ';{{ input }}' else '' end {%- endfor %}, 2), '') as never_landed
{%- endmacro %}

{# A model's columns as its file describes them. #}
{% macro columns_of(model_name) %}
  {% if not execute %}{{ return([]) }}{% endif %}
  {{ return(described(model_name).columns.values() | list) }}
{% endmacro %}
