{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail', full_refresh=false,
    pre_hook="{{ forget_this_date() }}", post_hook="{{ note_this_date() }}"
) }}
-- Moments found on the business date that no earlier date has found: of the same customer (under any id), entry and occasion, and,
-- where the entry lets it come again, not long enough ago. Of several the first, one a run. A log, so a full refresh keeps it.
-- depends_on: {{ ref('customer_aliases') }}
with run as (
    select as_of_date from {{ source('control', 'run') }}
),

earlier as (
    {% if is_incremental() %}
    select
        coalesce(aliases.current_customer_id, logged.customer_id) as customer_id,
        logged.moment_code,
        logged.occasion_key,
        max(logged.occurred_at) as occurred_at
    from {{ this }} as logged
    left join {{ ref('customer_aliases') }} as aliases on logged.customer_id = aliases.customer_id
    where logged.business_date < (select as_of_date from run) and logged.business_date > (select {{ days_before('as_of_date', 800) }} from run)
    group by coalesce(aliases.current_customer_id, logged.customer_id), logged.moment_code, logged.occasion_key
    {% else %}
    select customer_id, moment_code, occasion_key, occurred_at from {{ ref('int_moments_found') }} where 1 = 0
    {% endif %}
),

-- those that may be said, in the order in which they happened
candidates as (
    select
        found.*,
        row_number() over (
            partition by found.customer_id, found.moment_code, found.occasion_key order by found.occurred_at
        ) as position
    from {{ ref('int_moments_found') }} as found
    inner join {{ ref('int_moments_defined') }} as defined on found.moment_code = defined.moment_code
    left join earlier
        on found.customer_id = earlier.customer_id
        and found.moment_code = earlier.moment_code
        and found.occasion_key = earlier.occasion_key
        -- what never comes again was found at any time; a bare comparison, since engines compare every row with every other for an `or`
        and earlier.occurred_at > coalesce({{ dbt.dateadd('day', '-defined.again_after_days', 'found.occurred_at') }}, timestamp '0001-01-01 00:00:00')
    where earlier.customer_id is null
)

select
    run.as_of_date as business_date,
    {{ dbt.concat(["'m'", 'substring(' ~ md5_hex(dbt.concat([
        'candidates.moment_code', "'|'", 'candidates.customer_id', "'|'", 'candidates.occasion_key', "'|'",
        'cast(cast(candidates.occurred_at as date) as ' ~ dbt.type_string() ~ ')'])) ~ ', 1, 24)']) }} as moment_id,
    candidates.customer_id,
    candidates.moment_code,
    candidates.occurred_at,
    candidates.product_code,
    candidates.amount,
    candidates.evidence,
    candidates.occasion_key
from candidates
cross join run
where candidates.position = 1
