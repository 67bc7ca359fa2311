{# A caller's record: the customer number and the hashed number called from, as far as either was given; null without both. #}
{% macro caller_key(customer_no, caller_number_hash) -%}
  case when {{ customer_no }} is not null or {{ caller_number_hash }} is not null
    then {{ dbt.concat(["coalesce(" ~ customer_no ~ ", '')", "':'", "coalesce(" ~ caller_number_hash ~ ", '')"]) }} end
{%- endmacro %}
