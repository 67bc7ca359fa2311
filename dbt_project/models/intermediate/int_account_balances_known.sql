-- Kept from run to run, as sums over windows are (macros/kept_windows.sql): what was known then, and the balances that have since
-- come into reach of each day. An account of which an old balance changed is looked up anew, and so is every one were what was kept
-- ahead of the run. `at_fall` is when tiers may last have fallen. Days past due are in one spell from the first balance beside which some are said to the one before none are.
{# 92 days is how far back moments are looked for at most (the longest quarter), and 90 days before that begins the growth looked at then. #}
{% set ages = {'now': 0, '30d_ago': 30, '90d_ago': 90, '92d_ago': 92, '182d_ago': 182} %}
{% set columns = ['account_no', 'days_past_due', 'clear_on', 'past_due_known_on', 'counted_to'] %}
{% for name in ages %}{% do columns.extend(['balance_' ~ name, 'known_' ~ name ~ '_on']) %}{% endfor %}
{% set kept = is_kept(columns + ['balance_at_fall', 'known_at_fall_on', 'fell_on']) %}
with {{ kept_bounds(kept) }},

fall as (
    select {{ tiers_fell_on('run.as_of_date', 'parameters.tier_falls') }} as fell_on
    from {{ source('control', 'run') }} as run
    cross join {{ source('control', 'parameters') }} as parameters
),

{% if kept -%}
-- as the days go by tiers fall on the newest day counted, or later; on an older one only where the bank lets them fall on other days
changed as (
    select account_no
    from {{ source('changes', 'core_banking__balances') }}
    cross join bounds
    where balance_date <= counted_to
    union
    select kept.account_no
    from {{ this }} as kept
    cross join bounds
    cross join fall
    where kept.fell_on <> fall.fell_on and fall.fell_on < bounds.counted_to
),

{% endif -%}
added as (
    {%- if kept %}
    {%- for age in ages.values() %}
    select balances.*
    from {{ ref('stg_core_banking__balances') }} as balances
    cross join bounds
    where balances.balance_date <= {{ days_before('as_of_date', age) }}
        and balances.balance_date > {{ days_before('counted_to', age) }}
        and not exists (select 1 from changed where changed.account_no = balances.account_no)
    union all
    {%- endfor %}
    {%- endif %}
    select balances.*
    from {{ ref('stg_core_banking__balances') }} as balances
    cross join bounds
    where balances.balance_date <= as_of_date
        {%- if kept %}
        and balances.account_no in (select account_no from changed)
        {%- endif %}
),

known as (
    select
        account_no,
        -- nothing said beside a balance is nothing overdue
        coalesce(days_past_due, 0) as days_past_due,
        case when coalesce(days_past_due, 0) = 0 then balance_date end as clear_on,
        case when days_past_due > 0 then balance_date end as past_due_known_on
        {%- for name, age in ages.items() %},
        balance as balance_{{ name }},
        case when balance_date <= {{ days_before('as_of_date', age) }} then balance_date end as known_{{ name }}_on
        {%- endfor %},
        balance as balance_at_fall,
        case when balance_date <= fell_on then balance_date end as known_at_fall_on
    from added
    cross join bounds
    cross join fall
    {%- if kept %}
    union all
    select
        kept.account_no,
        kept.days_past_due,
        kept.clear_on,
        kept.past_due_known_on
        {%- for name in ages %},
        kept.balance_{{ name }},
        kept.known_{{ name }}_on
        {%- endfor %},
        case when kept.known_now_on <= fall.fell_on then kept.balance_now else kept.balance_at_fall end as balance_at_fall,
        case when kept.known_now_on <= fall.fell_on then kept.known_now_on else kept.known_at_fall_on end as known_at_fall_on
    from {{ this }} as kept
    cross join fall
    where kept.counted_to <= (select as_of_date from bounds)
        and not exists (select 1 from changed where changed.account_no = kept.account_no)
    {%- endif %}
),

cleared as (
    select account_no, max(clear_on) as clear_on
    from known
    group by account_no
)

select
    known.account_no,
    {{ max_by('known.days_past_due', 'known.known_now_on') }} as days_past_due,
    max(known.clear_on) as clear_on,
    min(case when known.past_due_known_on > coalesce(cleared.clear_on, date '0001-01-01') then known.past_due_known_on end) as past_due_known_on,
    {%- for name in ages %}
    {{ max_by('known.balance_' ~ name, 'known.known_' ~ name ~ '_on') }} as balance_{{ name }},
    max(known.known_{{ name }}_on) as known_{{ name }}_on,
    {%- endfor %}
    {{ max_by('known.balance_at_fall', 'known.known_at_fall_on') }} as balance_at_fall,
    max(known.known_at_fall_on) as known_at_fall_on,
    max(fall.fell_on) as fell_on,
    max(run.as_of_date) as counted_to
from known
inner join cleared on known.account_no = cleared.account_no
cross join {{ source('control', 'run') }} as run
cross join fall
group by known.account_no
