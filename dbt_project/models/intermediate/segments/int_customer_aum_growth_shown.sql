-- AUM's change is that of the profile, as it was on the days on which AUM moved, or had moved 90 days before.
with persons as (
    {{ persons_without_potential() }}
),

{{ moves_of_aum(
    days_before(tiers_fell_on('run.as_of_date', 'parameters.tier_falls'), 90), 182, 'persons', told_until=days_before('run.as_of_date', 90)
) }},

-- what moved AUM on a day moves the AUM of 90 days ago 90 days later
shifted as (
    select
        moves.customer_id,
        case when moves.moved_on > persons.fell_on then moves.moved_on else persons.fell_on end as day,
        moves.moved,
        cast(0 as decimal(18, 2)) as moved_before
    from moves
    inner join persons on moves.customer_id = persons.customer_id
    union all
    select moves.customer_id, {{ days_after('moves.moved_on', 90) }}, cast(0 as decimal(18, 2)), moves.moved
    from moves
    cross join period
    where {{ days_after('moves.moved_on', 90) }} <= period.as_of_date
),

daily as (
    select customer_id, day, sum(moved) as moved, sum(moved_before) as moved_before
    from shifted
    group by customer_id, day
),

amounts as (
    select
        customer_id,
        day,
        sum(moved) over (partition by customer_id order by day) as aum,
        sum(moved_before) over (partition by customer_id order by day) as aum_90d_ago
    from daily
),

changes as (
    select
        amounts.customer_id,
        amounts.day,
        {{ change_ratio('amounts.aum', 'amounts.aum_90d_ago') }} as ratio
    from amounts
    inner join persons on amounts.customer_id = persons.customer_id
    where persons.opened_on <= {{ days_before('amounts.day', 90) }}
)

select
    changes.customer_id,
    max(changes.day) as shown_on,
    {{ max_by('changes.ratio', 'changes.day') }} as aum_change_90d_ratio
from changes
inner join persons on changes.customer_id = persons.customer_id
where changes.ratio >= persons.tier_potential_growth_ratio
group by changes.customer_id
