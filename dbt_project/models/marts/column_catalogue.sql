-- The columns as the profile's own file describes them. While dbt parses there is nothing to read.
{% set columns = columns_of('int_customers_profiled') %}
{% set inputs = columns | map(attribute='config.meta.inputs') | sum(start=[]) | unique | list %}
with landed as (
    {{ inputs_landed(inputs) }}
),

described as (
    {%- for column in columns %}
    select
        {{ loop.index }} as position,
        {{ sql_text(column.name) }} as column_name,
        {{ sql_text(column.data_type) }} as data_type,
        {{ sql_text(column.description) }} as definition,
        {{ sql_text(column.config.meta.unit) }} as unit,
        {{ sql_text(column.config.meta.window) }} as time_window,
        {{ sql_text(column.config.meta.inputs | join(';')) }} as inputs,
        {{ inputs_judged(column.config.meta.inputs, inputs) }}
    from landed
    {{ 'union all' if not loop.last }}
    {%- else %}
    select 0 as position from landed
    {%- endfor %}
)

select
    column_name,
    data_type,
    definition,
    unit,
    time_window,
    inputs,
    is_computable,
    never_landed
from described
