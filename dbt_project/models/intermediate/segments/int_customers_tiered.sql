-- The first tier that matches, with the numbers that made it match. A ratio that is unknown matches nothing. AUM and own
-- transactions are the highest since tiers may last have fallen, and a sign of potential counts that showed since: a tier rises at once.
with periods as (
    select
        parameters.*,
        {{ tiers_fell_on('run.as_of_date', 'parameters.tier_falls') }} as fell_on
    from {{ source('control', 'run') }} as run
    cross join {{ source('control', 'parameters') }} as parameters
),

known as (
    select
        profile.customer_id,
        profile.is_organisation,
        profile.age,
        profile.aum as aum_now,
        peaks.highest_aum_on,
        case when peaks.highest_aum > profile.aum then peaks.highest_aum else profile.aum end as aum,
        case
            when activity.most_own_transactions_90d > profile.own_transactions_90d then activity.most_own_transactions_90d
            else profile.own_transactions_90d
        end as own_transactions_90d,
        profile.salary_change_90d_ratio,
        profile.aum_change_90d_ratio,
        profile.aum_30d_ago,
        case when profile.age is not null then {{ whole_years_between('described.birth_date', 'periods.fell_on') }} end as age_then,
        salary_growth.shown_on as salary_grew_on,
        salary_growth.salary_change_90d_ratio as salary_change_then,
        aum_growth.shown_on as aum_grew_on,
        aum_growth.aum_change_90d_ratio as aum_change_then,
        periods.*
    from {{ ref('int_customers_profiled') }} as profile
    inner join {{ ref('int_customers_described') }} as described on profile.customer_id = described.customer_id
    cross join periods
    left join {{ ref('int_customer_aum_peaks') }} as peaks on profile.customer_id = peaks.customer_id
    left join {{ ref('int_customer_activity_peaks') }} as activity on profile.customer_id = activity.customer_id
    left join {{ ref('int_customer_salary_growth_shown') }} as salary_growth on profile.customer_id = salary_growth.customer_id
    left join {{ ref('int_customer_aum_growth_shown') }} as aum_growth on profile.customer_id = aum_growth.customer_id
),

tiered as (
    select
        *,
        aum > aum_now as is_held,
        case
            when is_organisation and aum >= tier_key_organisation_aum then 'key_organisation'
            when is_organisation and aum >= tier_growth_organisation_aum then 'growth_organisation'
            when is_organisation then 'standard_organisation'
            when aum >= tier_private_banking_aum then 'private_banking'
            when aum >= tier_wealth_aum then 'wealth'
            when aum < tier_basic_aum and coalesce(own_transactions_90d, 0) < tier_basic_own_transactions then 'basic'
            when age between tier_potential_age_from and tier_potential_age_to then 'potential'
            when salary_change_90d_ratio >= tier_potential_growth_ratio then 'potential'
            when aum_change_90d_ratio >= tier_potential_growth_ratio then 'potential'
            when age_then between tier_potential_age_from and tier_potential_age_to then 'potential'
            when salary_grew_on is not null or aum_grew_on is not null then 'potential'
            else 'mass'
        end as value_tier
    from known
)

select
    customer_id,
    value_tier,
    'AUM ' || coalesce({{ said('aum') }}, 'unknown')
    || case when is_held then ' on ' || {{ said('highest_aum_on') }} || ' (now ' || {{ said('aum_now') }} || ')' else '' end || case
        when value_tier = 'key_organisation' then ', at least ' || {{ said('tier_key_organisation_aum') }}
        when value_tier = 'growth_organisation' then ', at least ' || {{ said('tier_growth_organisation_aum') }}
        when value_tier = 'standard_organisation' then ', not ' || {{ said('tier_growth_organisation_aum') }} || ' or more'
        when value_tier = 'private_banking' then ', at least ' || {{ said('tier_private_banking_aum') }}
        when value_tier = 'wealth' then ', at least ' || {{ said('tier_wealth_aum') }}
        when value_tier = 'basic'
            then ', below ' || {{ said('tier_basic_aum') }} || ', with ' || coalesce({{ said('own_transactions_90d') }}, 'unknown')
                || ' own transactions in 90 days, fewer than ' || {{ said('tier_basic_own_transactions') }}
        when value_tier = 'potential' and age between tier_potential_age_from and tier_potential_age_to
            then ', aged ' || {{ said('age') }}
                || ', from ' || {{ said('tier_potential_age_from') }} || ' to ' || {{ said('tier_potential_age_to') }}
        when value_tier = 'potential' and salary_change_90d_ratio >= tier_potential_growth_ratio
            then ', salary changed by ' || {{ said_ratio('salary_change_90d_ratio') }}
                || ' in 90 days, at least ' || {{ said_ratio('tier_potential_growth_ratio') }}
        when value_tier = 'potential' and aum_change_90d_ratio >= tier_potential_growth_ratio
            then ', changed by ' || {{ said_ratio('aum_change_90d_ratio') }}
                || ' in 90 days, at least ' || {{ said_ratio('tier_potential_growth_ratio') }}
        when value_tier = 'potential' and age_then between tier_potential_age_from and tier_potential_age_to
            then ', aged ' || {{ said('age_then') }} || ' on ' || {{ said('fell_on') }}
                || ', from ' || {{ said('tier_potential_age_from') }} || ' to ' || {{ said('tier_potential_age_to') }}
        when value_tier = 'potential' and salary_grew_on is not null
            then ', on ' || {{ said('salary_grew_on') }} || ' salary changed by ' || {{ said_ratio('salary_change_then') }}
                || ' in 90 days, at least ' || {{ said_ratio('tier_potential_growth_ratio') }}
        when value_tier = 'potential'
            then ', on ' || {{ said('aum_grew_on') }} || ' changed by ' || {{ said_ratio('aum_change_then') }}
                || ' in 90 days, at least ' || {{ said_ratio('tier_potential_growth_ratio') }}
        else ', not ' || {{ said('tier_wealth_aum') }} || ' or more, and no sign of potential'
    end as tier_reason,
    {{ aum_level('aum_now') }} as aum_level,
    {{ aum_level('aum_30d_ago') }} as aum_level_30d_ago,
    {{ next_tier_aum('aum_now') }} - aum_now as aum_to_next_tier
from tiered
