-- One row per call. Phantom calls are left out: the source says that they are to be ignored.
-- The callers are another bank's customers: their numbers stay as they are and match no client, whose numbers begin with 'cz-'.
with call as (
    select
        c."vru+line" || '-' || c.call_id as number,
        cast(strptime(c."date", '%y%m%d') as date) as called_on,
        nullif(c.customer_id, '0') as customer_no,
        cast(c.vru_entry as time) as entered_at,
        -- 33 calls leave the voice computer before they enter it: a clock put right, so no time was spent
        greatest(cast(c.vru_time as bigint), 0) as vru_seconds,
        cast(c.q_time as bigint) as wait_seconds,
        cast(c.ser_time as bigint) as service_seconds,
        nullif(c.server, 'NO_SERVER') as agent_id,
        reason.meaning as reason,
        outcome.meaning as outcome
    from source_call as c
    inner join vocabulary as outcome on outcome.field = 'call_outcome' and c.outcome = outcome.word
    left join vocabulary as reason on reason.field = 'call_type' and c."type" = reason.word
    where outcome.meaning <> 'phantom'
)

select
    called_on || '-' || number as contact_id,
    customer_no,
    'inbound_call' as channel,
    called_on + entered_at as started_at,
    -- the sum, not the clock: calls run past midnight
    called_on + entered_at + to_seconds(vru_seconds + wait_seconds + service_seconds) as ended_at,
    wait_seconds,
    service_seconds,
    agent_id,
    nullif(reason, 'not documented') as reason,
    outcome,
    called_on as known_on
from call
