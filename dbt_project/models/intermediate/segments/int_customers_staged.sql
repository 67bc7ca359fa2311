-- The first stage that matches, with the numbers that made it match. Where transactions never landed, only what AUM and
-- products say can match; a customer without own transactions is counted from opening.
with known as (
    select
        profile.*,
        parameters.*,
        own_transactions_90d is not null as is_known,
        {{ dbt.datediff('last_own_transaction_on', 'business_date', 'day') }} as days_since_last,
        {{ dbt.datediff('first_own_transaction_on', 'business_date', 'day') }} as days_since_first
    from {{ ref('int_customers_profiled') }} as profile
    cross join {{ source('control', 'parameters') }} as parameters
),

staged as (
    select
        *,
        case
            when is_known and coalesce(days_since_last, tenure_days) >= stage_lost_days then 'lost'
            when own_transaction_gap_days >= stage_won_back_gap_days then 'won_back'
            when days_since_last >= stage_declining_days then 'declining'
            when aum_change_90d_ratio <= -stage_declining_aum_ratio then 'declining'
            when is_known and days_since_last is null then 'acquired'
            when days_since_first <= stage_activated_days then 'activated'
            when aum_change_90d_ratio >= stage_growing_aum_ratio then 'growing'
            when new_categories_90d > 0 then 'growing'
            else 'mature'
        end as lifecycle_stage
    from known
)

select
    customer_id,
    lifecycle_stage,
    case
        when lifecycle_stage = 'lost' and days_since_last is null
            then 'no own transaction since opening ' || {{ said('tenure_days') }} || ' days ago, limit ' || {{ said('stage_lost_days') }}
        when lifecycle_stage = 'lost'
            then 'last own transaction ' || {{ said('days_since_last') }} || ' days ago, limit ' || {{ said('stage_lost_days') }}
        when lifecycle_stage = 'won_back'
            then 'own transactions in 90 days after a gap of ' || {{ said('own_transaction_gap_days') }} || ' days, at least '
                || {{ said('stage_won_back_gap_days') }}
        when lifecycle_stage = 'declining' and days_since_last >= stage_declining_days
            then 'last own transaction ' || {{ said('days_since_last') }} || ' days ago, limit ' || {{ said('stage_declining_days') }}
        when lifecycle_stage = 'declining'
            then 'AUM changed by ' || {{ said_ratio('aum_change_90d_ratio') }}
                || ' in 90 days, limit ' || {{ said_ratio('-stage_declining_aum_ratio') }}
        when lifecycle_stage = 'acquired' then 'no own transaction yet, opened ' || {{ said('tenure_days') }} || ' days ago'
        when lifecycle_stage = 'activated'
            then 'first own transaction ' || {{ said('days_since_first') }} || ' days ago, at most ' || {{ said('stage_activated_days') }}
        when lifecycle_stage = 'growing' and aum_change_90d_ratio >= stage_growing_aum_ratio
            then 'AUM changed by ' || {{ said_ratio('aum_change_90d_ratio') }}
                || ' in 90 days, at least ' || {{ said_ratio('stage_growing_aum_ratio') }}
        when lifecycle_stage = 'growing' then {{ said('new_categories_90d') }} || ' new product categories in 90 days'
        when is_known then 'last own transaction ' || {{ said('days_since_last') }} || ' days ago, nothing new'
        else 'transactions never landed, nothing new'
    end as stage_reason
from staged
