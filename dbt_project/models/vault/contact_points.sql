-- The one model that holds what identifies a person; it lives in the vault's own file. Of several customer numbers the first
-- (in the order of int_customer_records) that has the field gives it; one that is the customer's less surely than the bank
-- demands gives none.
{% set fields = ['full_name', 'mobile', 'email', 'wecom_external_id'] %}
select
    records.customer_id
    {%- for field in fields %},
    {{ max_by('people.' ~ field, 'case when people.' ~ field ~ ' is not null then -records.position end') }} as {{ field }}
    {%- endfor %}
from {{ ref('int_customer_records') }} as records
left join {{ source('vault', 'core_banking__customers') }} as people on records.customer_no = people.customer_no
cross join {{ source('control', 'parameters') }} as parameters
where records.confidence >= parameters.identity_contact
group by records.customer_id
