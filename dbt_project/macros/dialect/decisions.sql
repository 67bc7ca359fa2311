{#
  The spellings that deciding needs and engines differ in.
#}
{% macro json_object(columns) %}{{ return(adapter.dispatch('json_object')(columns)) }}{% endmacro %}
{# A JSON text of these columns by name. #}
{% macro duckdb__json_object(columns) -%}
  cast(json_object({% for column in columns %}'{{ column }}', {{ column }}{{ ', ' if not loop.last }}{% endfor %}) as varchar)
{%- endmacro %}

{% macro hash_share(text) %}{{ return(adapter.dispatch('hash_share')(text)) }}{% endmacro %}
{# A number in [0, 1) from a text: its MD5's first 32 bits over 2^32. Spread evenly, the same on every engine. #}
{% macro duckdb__hash_share(text) -%}
  (cast(concat('0x', substr(md5({{ text }}), 1, 8)) as bigint) / cast(4294967296 as double))
{%- endmacro %}
