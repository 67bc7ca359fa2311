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
        (
            select count(*) from {{ source('control', 'source_tables') }}
            where has_landed and source || '.' || table_name in ('{{ column.config.meta.inputs | join("', '") }}')
        ) = {{ column.config.meta.inputs | length }} as is_computable
    {{ 'union all' if not loop.last }}
    {%- else %}
    select 0 as position from {{ source('control', 'source_tables') }}
    {%- endfor %}
)

select
    column_name,
    data_type,
    definition,
    unit,
    time_window,
    inputs,
    is_computable
from described
