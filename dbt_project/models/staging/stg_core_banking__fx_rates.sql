-- A rate holds from its date until the next one of its currency: the rate of a day is the last known on that day.
select
    currency,
    rate_date,
    rate,
    rate_date as valid_from,
    lead(rate_date) over (partition by currency order by rate_date) as valid_to
from {{ source('raw', 'core_banking__fx_rates') }}
