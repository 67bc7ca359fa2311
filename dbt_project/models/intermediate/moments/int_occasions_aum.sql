{{ config(materialized='view') }}
-- Days on which AUM came to another level of tiers, told from today's AUM back. The first day on which the bank told of any balance is
-- none, nor is a customer's first.
with first_told as (
    select min(told_on) as told_on
    from (
        select min(known_92d_ago_on) as told_on from {{ ref('int_account_balances_known') }}
        union all
        select min(balance_date) as told_on
        from {{ ref('stg_core_banking__balances') }}
        where balance_date > (select {{ days_before('as_of_date', 92) }} from {{ source('control', 'run') }})
    ) as told
),

amounts as (
    select
        moves.customer_id,
        moves.moved_on,
        moves.moved,
        profile.is_organisation,
        profile.opened_on,
        parameters.*,
        profile.aum + moves.moved - sum(moves.moved) over (partition by moves.customer_id order by moves.moved_on desc) as aum
    from {{ ref('int_occasions_aum_moves') }} as moves
    inner join {{ ref('int_customers_profiled') }} as profile on moves.customer_id = profile.customer_id
    cross join {{ source('control', 'parameters') }} as parameters
),

levels as (
    select
        amounts.customer_id,
        amounts.moved_on as crossed_on,
        cast(amounts.aum as decimal(18, 2)) as aum,
        cast(amounts.aum - amounts.moved as decimal(18, 2)) as aum_before,
        {{ aum_level('amounts.aum') }} as aum_level,
        {{ aum_level('(amounts.aum - amounts.moved)') }} as aum_level_before
    from amounts
    where amounts.moved_on > amounts.opened_on and amounts.moved_on > (select told_on from first_told)
)

select
    levels.customer_id,
    levels.crossed_on,
    levels.aum,
    levels.aum_before,
    levels.aum_level,
    levels.aum_level_before,
    {{ moments_since() }} as since_on,
    run.as_of_date
from levels
cross join {{ source('control', 'run') }} as run
where levels.aum_level <> levels.aum_level_before
