{# What counts as assets under management: of deposits, what is not below zero. #}
{% macro is_in_aum(category) -%}
  {{ category }} in ('demand_deposit', 'time_deposit', 'wealth', 'fund', 'insurance', 'precious_metal', 'trust')
{%- endmacro %}

{#
  The tables (CTEs) up to `moves`: what each customer's accounts changed AUM by, and when, after a day `since` (SQL over `run` and
  `parameters`), by balances, by closed accounts, and by the rates of money in another currency, each day valued as the profile values
  the business date. The first move of an account, on that day, is all that stood then. `known_days_ago`: one of the ages of
  int_account_balances_known, from which on balances are read. `owners`: a table of those customers of whom every account is wanted;
  without one only the accounts to which something happened are read. `told_until`: SQL for a day from the next of which on until tiers
  may last have fallen nobody asks for single moves: what an account moved by in that time may be told on its last day.
#}
{% macro moves_of_aum(since, known_days_ago, owners=none, told_until=none) -%}
period as (
    select
        run.as_of_date,
        run.base_currency,
        {{ since }} as since_on
        {%- if told_until %},
        least({{ told_until }}, {{ tiers_fell_on('run.as_of_date', 'parameters.tier_falls') }}) as told_until,
        {{ tiers_fell_on('run.as_of_date', 'parameters.tier_falls') }} as fell_on
        {%- endif %}
    from {{ source('control', 'run') }} as run
    cross join {{ source('control', 'parameters') }} as parameters
),

accounts as (
    select
        valued.account_no,
        valued.customer_id,
        valued.currency,
        valued.currency <> (select base_currency from period) as is_foreign,
        valued.category in ('demand_deposit', 'time_deposit') as is_deposit,
        accounts.closed_on
    from {{ ref('int_accounts_valued') }} as valued
    inner join {{ ref('stg_core_banking__accounts') }} as accounts on valued.account_no = accounts.account_no
    {%- if owners %}
    inner join {{ owners }} as owners on valued.customer_id = owners.customer_id
    {%- endif %}
    where {{ is_in_aum('valued.category') }}
        and coalesce(accounts.closed_on, date '9999-12-31') > (select since_on from period)
),

rates as (
    select currency, rate, valid_from, coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('stg_core_banking__fx_rates') }}
    where coalesce(valid_to, date '9999-12-31') > (select since_on from period)
        and valid_from <= (select as_of_date from period)
),

lately as (
    {%- for after, until in ([['since_on', 'told_until'], ['fell_on', 'as_of_date']] if told_until else [['since_on', 'as_of_date']]) %}
    select account_no, balance_date, balance
    from {{ ref('stg_core_banking__balances') }}
    where balance_date > (select {{ after }} from period) and balance_date <= (select {{ until }} from period)
        {%- if owners %}
        and account_no in (select account_no from accounts)
        {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {%- if told_until %}
    union all
    select known.account_no, (select fell_on from period), known.balance_at_fall
    from {{ ref('int_account_balances_known') }} as known
    inner join accounts on known.account_no = accounts.account_no
    where known.known_at_fall_on > (select told_until from period)
    {%- endif %}
),

looked_at as (
    {%- if owners %}
    select account_no from accounts
    {%- else %}
    select account_no from lately
    union
    select account_no from accounts where is_foreign or closed_on is not null
    {%- endif %}
),

known as (
    select account_no, known_{{ known_days_ago }}d_ago_on as balance_date, balance_{{ known_days_ago }}d_ago as balance
    from {{ ref('int_account_balances_known') }}
    where known_{{ known_days_ago }}d_ago_on is not null
    union all
    select account_no, balance_date, balance
    from {{ ref('stg_core_banking__balances') }}
    where balance_date > (select {{ days_before('as_of_date', known_days_ago) }} from period) and balance_date <= (select since_on from period)
),

-- what stood when the days began, and on them every balance, rate and closing
steps as (
    select known.account_no, max(period.since_on) as step_on, {{ max_by('known.balance', 'known.balance_date') }} as balance
    from known
    inner join looked_at on known.account_no = looked_at.account_no
    cross join period
    group by known.account_no
    union all
    select account_no, balance_date, balance from lately
    union all
    select accounts.account_no, rates.valid_from, cast(null as decimal(18, 2))
    from accounts
    inner join rates on accounts.currency = rates.currency
    where accounts.is_foreign and rates.valid_from > (select since_on from period)
    union all
    select account_no, closed_on, cast(null as decimal(18, 2)) from accounts where closed_on <= (select as_of_date from period)
),

-- on a day without a balance of its own the one before it holds: only of these accounts there are such days
filled as (
    select account_no from accounts where is_foreign or closed_on is not null
),

counted as (
    select
        steps.account_no,
        steps.step_on,
        max(steps.balance) as balance,
        sum(count(steps.balance)) over (partition by steps.account_no order by steps.step_on) as balances_so_far
    from steps
    inner join filled on steps.account_no = filled.account_no
    group by steps.account_no, steps.step_on
),

held as (
    select account_no, step_on, max(balance) over (partition by account_no, balances_so_far) as balance
    from counted
    union all
    select account_no, step_on, balance
    from steps
    where not exists (select 1 from filled where filled.account_no = steps.account_no)
),

valued as (
    select
        accounts.customer_id,
        accounts.account_no,
        held.step_on,
        case
            when accounts.closed_on <= held.step_on then 0
            when accounts.is_deposit and held.balance < 0 then 0
            else coalesce({{ value_in_base_currency('held.balance', 'rates.rate', 'not accounts.is_foreign') }}, 0)
        end as amount
    from held
    inner join accounts on held.account_no = accounts.account_no
    left join rates
        on accounts.currency = rates.currency and rates.valid_from <= held.step_on and rates.valid_to > held.step_on
),

moves as (
    select
        customer_id,
        step_on as moved_on,
        amount - coalesce(lag(amount) over (partition by account_no order by step_on), 0) as moved
    from valued
)
{%- endmacro %}
