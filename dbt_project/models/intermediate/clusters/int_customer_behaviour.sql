-- What a person does, as numbers that can be compared. Of whom nothing is known there is nothing to compare.
select
    {%- for feature in clustering_entries().features %}
    {{ transformed(feature) }} as {{ feature.column }},
    {%- endfor %}
    business_date,
    customer_id
from {{ ref('int_customers_profiled') }}
where not is_organisation and (last_transaction_on is not null or last_login_on is not null)
