{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='account_no', on_schema_change='fail',
    pre_hook="{{ delete_changed_long_ago(source('changes', 'core_banking__balances'), 'account_no', 'balance_date') }}"
) }}
with added as (
    {{ not_yet_counted(
        ref('stg_core_banking__balances'), source('changes', 'core_banking__balances'), 'account_no', 'balance_date', 'balance_date',
    ) }}
),

balances as (
    select account_no, balance, balance_date from added
    {%- if is_incremental() %}
    union all
    select account_no, balance, balance_date from {{ this }}
    {%- endif %}
)

select
    account_no,
    {{ max_by('balance', 'balance_date') }} as balance,
    max(balance_date) as balance_date,
    {{ windows_begin_after() }} as counted_through
from balances
group by account_no
