-- Sums over the windows that rules read, in the currency as posted: neither rates nor identities nor accounts bear on them.
{% set money, counts = windows_of(money_measures()), windows_of(count_measures()) %}
with parts as (
    {{ parts_of_windows(
        ref('int_account_transactions_daily'), ['account_no', 'currency'], money + counts,
        source('changes', 'core_banking__transactions'), 'account_no', 'posted_at', 'transaction_date',
        firsts=[['first_own_on', 'own_transactions']], lasts=[['last_own_on', 'own_transactions'], ['last_transaction_on', 'transactions']],
    ) }}
)

select
    parts.account_no,
    parts.currency,
    {%- for column, measure, days in money %}
    cast(sum(parts.{{ column }}) as decimal(18, 2)) as {{ column }},
    {%- endfor %}
    {%- for column, measure, days in counts %}
    cast(sum(parts.{{ column }}) as bigint) as {{ column }},
    {%- endfor %}
    min(parts.first_own_on) as first_own_on,
    max(parts.last_own_on) as last_own_on,
    max(parts.last_transaction_on) as last_transaction_on,
    max(run.as_of_date) as counted_to
from parts
cross join {{ source('control', 'run') }} as run
group by parts.account_no, parts.currency
having sum(parts.transactions_90d) > 0
