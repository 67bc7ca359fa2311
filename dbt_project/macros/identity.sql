{# A caller's record: the customer number and the hashed number called from, as far as either was given; null without both. #}
{% macro caller_key(customer_no, caller_number_hash) -%}
  case when {{ customer_no }} is not null or {{ caller_number_hash }} is not null
    then {{ dbt.concat(["coalesce(" ~ customer_no ~ ", '')", "':'", "coalesce(" ~ caller_number_hash ~ ", '')"]) }} end
{%- endmacro %}

{# A third party's record: the provider and its key there. A provider's name may hold what parts the two, and a mark before it. #}
{% macro person_key(provider, record_id) -%}
  {{ dbt.concat(["replace(replace(" ~ provider ~ ", '\\', '\\\\'), ':', '\\:')", "':'", record_id]) }}
{%- endmacro %}
