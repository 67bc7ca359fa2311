{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ delete_changed_days(source('changes', 'core_banking__transactions'), 'account_no', 'posted_at', 'transaction_date') }}"
) }}
{% set changes = source('changes', 'core_banking__transactions') %}
{% call together_by('transaction_date', ['currency', 'account_no']) %}
select
    facts.account_no,
    facts.transaction_date,
    facts.currency,
    facts.merchant_category,
    cast(sum(amount) as decimal(18, 2)) as spent,
    cast(count(*) as bigint) as purchases
from {{ of_changed_days(ref('stg_core_banking__transactions'), changes, 'account_no', 'posted_at', 'transaction_date') }} as facts
where facts.transaction_type = 'card_purchase' and facts.direction = 'out' and facts.merchant_category is not null
group by facts.account_no, facts.transaction_date, facts.currency, facts.merchant_category
{% endcall %}
