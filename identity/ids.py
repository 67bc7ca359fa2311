"""The customer's id, stable for ever: which id each cluster of records has, given the ids that its records had before.

Belongs here: keeping, merging, splitting and founding ids, in SQL over `concerned`, `placed` and the history. Not here: who
belongs together (clusters.py), the files (history.py).

- An id goes where the core banking customer went who has had it the longest (of several, the one who opened first), else its
  oldest record: undone, a merge leaves to each what was its own.
- A cluster that several ids come to keeps the oldest; the others become aliases of it (a merge).
- An id that a date founded and, run again, founds no more becomes an alias of whoever has the record that it was founded on.
- A cluster that no id comes to is founded on its oldest record: the id is a hash of that record's source and key. An id
  that nobody holds any more goes back to the first of those who held it to the end, where that one has no other; any other id is
  new for ever.
"""

from __future__ import annotations

from datetime import date

import duckdb

# what those whom a day concerns were, and what they were last
_HELD = """
create or replace temp table past as
from assignments semi join named using (record_source, record_id);
create or replace temp table held as
select record_source, record_id, arg_max(coalesce(customer_id, ''), business_date) as customer_id, max(rank) as rank
from past
group by record_source, record_id
"""

_HERE = """
create or replace temp table here as
select
    concerned.no, concerned.record_source, concerned.record_id, concerned.rank,
    -- what landed since the last date that counts: the same when the date is run again, or everything rebuilt
    concerned.changed_on > $since::date as is_altered,
    concerned.record_source = 'core_banking.customers' as is_core,
    case when is_core then coalesce(concerned.first_seen_on, date '9999-12-31') end as opened_on,
    placed.cluster,
    nullif(held.customer_id, '') as old_id
from concerned
inner join placed using (no)
left join held using (record_source, record_id)
"""

# an id's age is that of the record that it was founded on
_KEPT = """
create or replace temp table claims as
with had as (
    select record_source, record_id, customer_id as old_id, min(business_date) as had_since
    from past semi join here using (record_source, record_id)
    group by record_source, record_id, customer_id
)
select old_id, arg_min(cluster, (not is_core, had_since, opened_on, rank)) as cluster
from here left join had using (record_source, record_id, old_id)
where old_id is not null group by old_id;
create or replace temp table kept as
with by_founder as (
    select customer_id, min(rank) as rank
    from assignments where is_founder and customer_id in (select old_id from claims) group by customer_id
)
select claims.cluster, arg_min(claims.old_id, (by_founder.rank, claims.old_id)) as customer_id
from claims left join by_founder on claims.old_id = by_founder.customer_id
group by claims.cluster
"""

_FOUNDED = """
create or replace temp table founded as
with unkept as (
    select * from here where cluster not in (select cluster from kept)
), founders as (
    select cluster, arg_min(no, rank) as no from unkept group by cluster
), once as (
    select distinct customer_id from past semi join unkept using (record_source, record_id) where customer_id is not null
), holders as (
    select distinct record_source, record_id from assignments semi join once using (customer_id)
), spans as (
    select
        record_source, record_id, customer_id,
        lead(business_date) over (partition by record_source, record_id order by business_date) as until_on
    from assignments semi join holders using (record_source, record_id)
), last_left as (
    select customer_id, max(coalesce(until_on, date '9999-12-31')) as left_on
    from spans semi join once using (customer_id) group by customer_id
), asleep as (
    -- ids that nobody holds, each with the cluster of its first customer among those who held it to the end; whom the day does
    -- not concern has a customer, and needs no other
    select
        last_left.customer_id, last_left.left_on,
        arg_min(coalesce(here.cluster, -1), (every.record_source <> 'core_banking.customers', every.rank)) as cluster
    from last_left
    inner join spans on last_left.customer_id = spans.customer_id and last_left.left_on = spans.until_on
    inner join vault.identity.records as every using (record_source, record_id)
    left join here on every.no = here.no
    group by last_left.customer_id, last_left.left_on
), revived as (
    select asleep.cluster, arg_max(asleep.customer_id, (asleep.left_on, asleep.customer_id)) as customer_id
    from asleep semi join founders using (cluster)
    group by asleep.cluster
), times as (
    select record_source, record_id, count(*) as ids
    from past semi join unkept using (record_source, record_id) where is_founder group by record_source, record_id
)
select
    here.cluster,
    here.no as founder,
    revived.customer_id is null as is_new,
    coalesce(
        revived.customer_id,
        -- the count stands first: behind a key it could be taken for a part of another record's key
        'c' || substr(md5(concat_ws(':', times.ids, here.record_source, here.record_id)), 1, 20)
    ) as customer_id
from founders
inner join here using (no)
left join revived on here.cluster = revived.cluster
left join times using (record_source, record_id)
"""

_ASSIGNED = """
create or replace temp table assigned as
select
    here.no, here.record_source, here.record_id, here.rank, here.is_core, here.is_altered, here.cluster, here.old_id,
    coalesce(kept.customer_id, founded.customer_id) as customer_id,
    coalesce(founded.is_new and founded.founder = here.no, false) as is_founder
from here
left join kept using (cluster)
left join founded using (cluster)
"""

_NEW_ASSIGNMENTS = """
create or replace temp table new_assignments as
select $on::date as business_date, record_source, record_id, customer_id, rank, is_founder
from assigned where old_id is distinct from customer_id
union all
select $on::date, held.record_source, held.record_id, null, held.rank, false
from held
anti join concerned using (record_source, record_id)
where held.customer_id <> ''
"""

_NEW_CHANGES = """
create or replace temp table new_changes as
with moved as (
    select
        assigned.old_id, assigned.customer_id, claims.cluster = any_value(assigned.cluster) as is_merge
    from assigned
    inner join claims using (old_id)
    where assigned.old_id is distinct from assigned.customer_id
    group by assigned.old_id, assigned.customer_id, claims.cluster
), bridges as (
    -- what ties the records that came to those that were there: the strongest of it
    select
        own.old_id,
        own.customer_id,
        arg_max(
            {'cause': edges.method, 'evidence': concat(
                edges.says, ': ', own.record_source, ' ', own.record_id, ' and ', other.record_source, ' ', other.record_id
            )},
            (
                edges.place, edges.confidence, own.record_source, own.record_id, other.record_source, other.record_id,
                edges.method
            )
        ) as told
    from assigned as own
    inner join (
        select a, b, * exclude (a, b) from edges union all select b, a, * exclude (a, b) from edges
    ) as edges on own.no = edges.a
    inner join assigned as other on edges.b = other.no and own.cluster = other.cluster
    where own.old_id is distinct from own.customer_id and own.old_id is not null and other.old_id is distinct from own.old_id
    group by own.old_id, own.customer_id
), gone as (
    select held.customer_id as old_id, min(concat_ws(' ', held.record_source, held.record_id)) as record
    from held
    anti join concerned using (record_source, record_id)
    group by held.customer_id
), altered as (
    select old_id, min(concat_ws(' ', record_source, record_id)) as record from assigned where is_altered group by old_id
), parted as (
    -- in the order of their names: who has the lower number may differ after a rebuild
    select old_id, min(concat_ws(' and ', least(one, other), greatest(one, other))) as records
    from (
        select
            a.old_id, concat_ws(' ', a.record_source, a.record_id) as one, concat_ws(' ', b.record_source, b.record_id) as other
        from decided
        inner join assigned as a on decided.a = a.no
        inner join assigned as b on decided.b = b.no and a.old_id = b.old_id
        where decided.decision = 'different'
    ) as named
    group by old_id
)
select
    $on::date as business_date,
    case when moved.is_merge then 'merge' else 'split' end as change,
    moved.old_id as from_customer_id,
    moved.customer_id as to_customer_id,
    case
        when moved.is_merge then coalesce(bridges.told.cause, 'other records')
        when parted.records is not null or bridges.told.cause = 'manual' then 'manual'
        when gone.record is not null then 'record_removed'
        when altered.record is not null then 'record_changed'
        else 'evidence_withdrawn'
    end as cause,
    case
        when moved.is_merge then bridges.told.evidence
        when parted.records is not null then 'a steward called them different: ' || parted.records
        when bridges.told.cause = 'manual' then bridges.told.evidence
        when gone.record is not null then 'what joined them went: ' || gone.record
        when altered.record is not null then 'what joined them says something else now: ' || altered.record
        else 'a value that joined them is junk or too many share it, the rules changed, or another record has the better claim'
    end as evidence
from moved
left join bridges on moved.old_id = bridges.old_id and moved.customer_id = bridges.customer_id
left join gone on moved.old_id = gone.old_id
left join altered on moved.old_id = altered.old_id
left join parted on moved.old_id = parted.old_id
"""


# what was published of the date before it was run again, and nobody has now: who has its first record took it over
_RUN_AGAIN = """
insert into new_changes
with given as (
    select customer_id from undone union select from_customer_id from undone_changes
), used as (
    select customer_id from assigned semi join given using (customer_id)
    union all select customer_id from assignments semi join given using (customer_id)
), lost as (
    select
        undone.customer_id as lost_id,
        arg_min(assigned.customer_id, (not undone.is_founder, undone.rank)) as customer_id,
        arg_min(concat_ws(' ', record_source, record_id), (not undone.is_founder, undone.rank)) as record
    from undone inner join assigned using (record_source, record_id)
    where undone.customer_id is not null and undone.customer_id not in (select customer_id from used)
    group by undone.customer_id
)
select
    $on::date, 'merge', lost_id, customer_id, 'date_run_again',
    'the date was run again, and its records say something else: ' || record
from lost
union all
select * from undone_changes where cause = 'date_run_again' and from_customer_id not in (select customer_id from used)
"""


def assign(connection: duckdb.DuckDBPyConnection, on: date, *, since: date | None) -> None:
    """Makes `assigned` (each record with its customer_id, and the one it had), `new_assignments` and `new_changes`.

    `since`: the last date before that counts. Reads `concerned`, `named`, `placed`, `edges`, `decided`, and of the history
    `assignments`, `undone` and `undone_changes`.
    """
    connection.execute(_HELD)
    connection.execute(_HERE, {"since": since})
    connection.execute(_KEPT)
    connection.execute(_FOUNDED)
    connection.execute(_ASSIGNED)
    connection.execute(_NEW_ASSIGNMENTS, {"on": on})
    connection.execute(_NEW_CHANGES, {"on": on})
    connection.execute(_RUN_AGAIN, {"on": on})
    connection.execute("drop table here; drop table kept; drop table founded; drop table claims; drop table past")
