{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ delete_changed_days(source('changes', 'core_banking__transactions'), 'account_no', 'posted_at', 'transaction_date') }}"
) }}
-- Money stays in the currency it was posted in (null: the account's own): a late rate or account correction then changes no fact.
-- The settings read here are part of the facts: when one changes, a run computes them in full.
{% set changes = source('changes', 'core_banking__transactions') %}
{% call together_by('transaction_date', ['currency', 'account_no']) %}
with postings as (
    select
        facts.*,
        {{ is_cross_border('facts', 'parameters') }} as is_cross_border,
        {{ goes_to_other_bank('facts', 'parameters') }} as goes_to_other_bank
    from {{ of_changed_days(ref('stg_core_banking__transactions'), changes, 'account_no', 'posted_at', 'transaction_date') }} as facts
    cross join {{ source('control', 'parameters') }} as parameters
)

select
    account_no,
    transaction_date,
    currency
    {%- for measure in money_measures() %},
    cast(sum(case when {{ measure.rows }} then amount else 0 end) as decimal(18, 2)) as {{ measure.name }}
    {%- endfor %}
    {%- for measure in largest_measures() %},
    max(case when {{ measure.rows }} then amount end) as {{ measure.name }}
    {%- endfor %}
    {%- for measure in count_measures() %},
    cast(sum(case when {{ measure.rows }} then 1 else 0 end) as bigint) as {{ measure.name }}
    {%- endfor %}
from postings
group by account_no, transaction_date, currency
{% endcall %}
