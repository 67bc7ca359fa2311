{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ delete_changed_days(source('changes', 'core_banking__transactions'), 'account_no', 'posted_at', 'transaction_date') }}"
) }}
-- Money stays in the currency it was posted in (null: the account's own): a late rate or account correction then changes no fact.
{% set changes = source('changes', 'core_banking__transactions') %}
select
    facts.account_no,
    facts.transaction_date,
    facts.currency,
    cast(sum(case when direction = 'in' then amount else 0 end) as decimal(18, 2)) as inflow,
    cast(sum(case when direction = 'out' then amount else 0 end) as decimal(18, 2)) as outflow,
    cast(sum(case when direction = 'in' and transaction_type = 'salary' then amount else 0 end) as decimal(18, 2)) as salary_in,
    cast(count(*) as bigint) as transactions,
    cast(sum(case when is_own_transaction then 1 else 0 end) as bigint) as own_transactions
    {%- for channel in transaction_channels() %},
    cast(sum(case when is_own_transaction and channel = '{{ channel }}' then 1 else 0 end) as bigint) as own_{{ channel }}
    {%- endfor %}
from {{ of_changed_days(ref('stg_core_banking__transactions'), changes, 'account_no', 'posted_at', 'transaction_date') }} as facts
group by facts.account_no, facts.transaction_date, facts.currency
{{ together_by('transaction_date') }}
