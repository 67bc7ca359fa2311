-- The columns as the profile's own file describes them. While dbt parses there is nothing to read.
{% set columns = columns_of('int_customers_profiled') %}
with described as (
    {%- for column in columns %}
    select
        {{ loop.index }} as position,
        {{ sql_text(column.name) }} as column_name,
        {{ sql_text(column.data_type) }} as data_type,
        {{ sql_text(column.description) }} as definition,
        {{ sql_text(column.config.meta.unit) }} as unit,
        {{ sql_text(column.config.meta.window) }} as time_window,
        {{ sql_text(column.config.meta.inputs | join(';')) }} as inputs,
        {{ column.config.meta.inputs | length }} as inputs_needed
    {{ 'union all' if not loop.last }}
    {%- else %}
    select 0 as position, '' as column_name, '' as inputs
    {%- endfor %}
),

known as (
    {{ inputs_of_rows('described', 'column_name') }}
)

select
    described.column_name,
    described.data_type,
    described.definition,
    described.unit,
    described.time_window,
    described.inputs,
    coalesce(known.inputs_landed, 0) = described.inputs_needed as is_computable,
    known.never_landed
from described
left join known on described.column_name = known.column_name
