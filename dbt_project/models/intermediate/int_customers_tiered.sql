-- The first tier that matches, with the numbers that made it match. A ratio that is unknown matches nothing.
with tiered as (
    select
        profile.customer_id,
        profile.aum,
        profile.age,
        profile.own_transactions_90d,
        profile.salary_change_90d_ratio,
        profile.aum_change_90d_ratio,
        parameters.*,
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
            else 'mass'
        end as value_tier
    from {{ ref('int_customers_profiled') }} as profile
    cross join {{ source('control', 'parameters') }} as parameters
)

select
    customer_id,
    value_tier,
    'AUM ' || coalesce({{ said('aum') }}, 'unknown') || case
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
        when value_tier = 'potential'
            then ', changed by ' || {{ said_ratio('aum_change_90d_ratio') }}
                || ' in 90 days, at least ' || {{ said_ratio('tier_potential_growth_ratio') }}
        else ', not ' || {{ said('tier_wealth_aum') }} || ' or more, and no sign of potential'
    end as tier_reason
from tiered
