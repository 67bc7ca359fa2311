{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='account_no', on_schema_change='fail',
    pre_hook="{{ delete_changed_long_ago(source('changes', 'core_banking__transactions'), 'account_no', 'posted_at') }}"
) }}
with added as (
    {{ not_yet_counted(
        ref('int_account_transactions_daily'), source('changes', 'core_banking__transactions'), 'account_no', 'posted_at',
        'transaction_date',
    ) }}
),

spans as (
    select
        account_no,
        transaction_date as last_transaction_on,
        case when own_transactions > 0 then transaction_date end as first_own_on,
        case when own_transactions > 0 then transaction_date end as last_own_on
    from added
    {%- if is_incremental() %}
    union all
    select account_no, last_transaction_on, first_own_on, last_own_on from {{ this }}
    {%- endif %}
)

select
    account_no,
    max(last_transaction_on) as last_transaction_on,
    min(first_own_on) as first_own_on,
    max(last_own_on) as last_own_on,
    {{ windows_begin_after() }} as counted_through
from spans
group by account_no
