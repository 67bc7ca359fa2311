{# The customer_id of the record that a customer is founded on: 'c' and 20 hexadecimal digits of its source and key. #}
{% macro founded_on(record_source, record_id) -%}
  'c' || substr({{ md5_hex("'" ~ record_source ~ ":' || " ~ record_id) }}, 1, 20)
{%- endmacro %}
