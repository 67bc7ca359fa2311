"""What identity resolution gives to the warehouse: tables of schema `resolution`, without personal data.

Belongs here: identities with method and evidence, the steward's queue, changes, aliases, and the figures people look at. Not
here: how any of it came about (edges.py, clusters.py, ids.py), reading it (dbt_project/models/identity).
"""

from __future__ import annotations

from datetime import date

import duckdb

from identity.surely import find_certainty

_ANCHORS = """
create or replace temp table anchors as
select cluster, arg_min(no, (not is_core, rank)) as no, count(*) as records from assigned group by cluster;
-- where everybody else is, whom the day does not concern
create or replace temp table elsewhere as
select no, cluster from vault.identity.areas
where {elsewhere}
"""

# rows of these tables stay, but for those of the records that the day concerns
_WRITTEN = """
delete from resolution.identities using named
where identities.record_source = named.record_source and identities.record_id = named.record_id;
insert into resolution.identities by name
with sides as (
    select a as no, b as other, * exclude (a, b) from edges union all select b, a, * exclude (a, b) from edges
), own as (
    select
        assigned.no,
        arg_max(
            {'method': sides.method, 'confidence': sides.confidence, 'matched_on': sides.matched_on, 'evidence': concat(
                sides.says, ': ', other.record_source, ' ', other.record_id
            )},
            -- what ties a record to the customer's first one says more than what ties it to another
            (sides.place, sides.confidence, other.no = anchors.no, other.record_source, other.record_id, sides.method)
        ) as told
    from assigned
    inner join sides using (no)
    inner join assigned as other on sides.other = other.no and assigned.cluster = other.cluster
    inner join anchors on assigned.cluster = anchors.cluster
    group by assigned.no
)
select
    assigned.record_source,
    assigned.record_id,
    assigned.customer_id,
    coalesce(own.told.method, 'alone') as method,
    cast(case when anchors.no = assigned.no then 1 else coalesce(surely.confidence, own.told.confidence, 1) end as double)
        as confidence,
    own.told.matched_on as matched_on,
    case
        when surely.confidence < own.told.confidence and anchors.no <> assigned.no
            then own.told.evidence || ', which is less surely the customer''s'
        else own.told.evidence
    end as evidence,
    concerned.first_seen_on
from assigned
inner join concerned using (no)
inner join anchors on assigned.cluster = anchors.cluster
left join own on assigned.no = own.no
left join surely on assigned.no = surely.no;

delete from resolution.review using named
where (review.source_a = named.record_source and review.record_a = named.record_id);
delete from resolution.review using named
where (review.source_b = named.record_source and review.record_b = named.record_id);
insert into resolution.review by name
with whereabouts as (
    select no, cluster from assigned union all select no, cluster from elsewhere
), settled_otherwise as (
    -- whom a steward or a customer number placed: what rules say of others is no question any more
    select assigned.no from assigned
    where not is_core and no in (
        select a from edges where method in ('manual', 'same_customer_number')
        union all select b from edges where method in ('manual', 'same_customer_number')
    )
), told_apart as (
    -- two customers, of whom a steward called any two records different: no other pair could make them one
    select least(x.cluster, y.cluster) as one, greatest(x.cluster, y.cluster) as other
    from decided
    inner join whereabouts as x on decided.a = x.no
    inner join whereabouts as y on decided.b = y.no
    where decided.decision = 'different'
), near as (
    select * from vault.identity.pairs
    where probability >= $review and (a in (select no from concerned) or b in (select no from concerned))
    union all
    -- what a rule found and the bank's safety took away
    select a, b, confidence, says from refused
    union all
    select a, b, confidence, says from edges
    where method like 'exact:%' and a not in (from settled_otherwise) and b not in (from settled_otherwise)
), named_pairs as (
    -- in the order of their names: which came first differs between one run over dates and a run a day
    select
        near.a, near.b, near.probability, near.evidence,
        greatest(x.landed_on, y.landed_on) as first_seen_on,
        case when (x.record_source, x.record_id) > (y.record_source, y.record_id) then
            {'source_a': y.record_source, 'record_a': y.record_id, 'source_b': x.record_source, 'record_b': x.record_id}
        else
            {'source_a': x.record_source, 'record_a': x.record_id, 'source_b': y.record_source, 'record_b': y.record_id}
        end as named
    from near
    inner join vault.identity.records as x on near.a = x.no
    inner join vault.identity.records as y on near.b = y.no
    -- two proven numbers are two persons, and no word makes a person an organisation: nothing is left to judge
    where not (x.is_proven and y.is_proven and x.id_number <> y.id_number) and coalesce(x.kind = y.kind, true)
), open_pairs as (
    select
        pairs.named.source_a as source_a, pairs.named.record_a as record_a, pairs.named.source_b as source_b,
        pairs.named.record_b as record_b, pairs.probability, pairs.evidence, pairs.first_seen_on,
        least(a.cluster, b.cluster) as one, greatest(a.cluster, b.cluster) as other
    from named_pairs as pairs
    inner join whereabouts as a on pairs.a = a.no
    inner join whereabouts as b on pairs.b = b.no and a.cluster <> b.cluster
    where (least(pairs.a, pairs.b), greatest(pairs.a, pairs.b)) not in (select (a, b) from decided)
        and (least(a.cluster, b.cluster), greatest(a.cluster, b.cluster)) not in (select (one, other) from told_apart)
), ranked as (
    select *, row_number() over (
        partition by one, other order by probability desc, source_a, record_a, source_b, record_b
    ) as position
    from open_pairs
)
select source_a, record_a, source_b, record_b, probability, evidence, first_seen_on from ranked where position = 1;

create or replace table resolution.changes as
from earlier_changes union all from new_changes;

create or replace temp table unused as
select customer_id from {issued} where customer_id is not null
except select customer_id from assigned;

-- every id that is no more in use, with the one that took it over; null where no record is left of it
create or replace table resolution.aliases as
with recursive followed as (
    -- an id that was in use again after a merge says no more where that merge led
    select changes.from_customer_id, arg_max(changes.to_customer_id, changes.business_date) as to_customer_id
    from resolution.changes as changes
    left join (
        select customer_id, max(business_date) as used_on
        from assignments where customer_id in (select from_customer_id from resolution.changes) group by customer_id
    ) as used
        on changes.from_customer_id = used.customer_id
    where changes.change = 'merge' and changes.business_date >= coalesce(used.used_on, changes.business_date)
    group by changes.from_customer_id
), chain as (
    select from_customer_id as customer_id, to_customer_id as current_id from followed
    where from_customer_id in (from unused)
    union
    select chain.customer_id, followed.to_customer_id
    from chain inner join followed on chain.current_id = followed.from_customer_id
    where chain.current_id in (from unused)
)
select unused.customer_id, chain.current_id as current_customer_id
from unused
left join chain on unused.customer_id = chain.customer_id and chain.current_id not in (from unused);

create or replace table resolution.junk_values as
select column_name, reason, count(*) as junk_values from vault.identity.junk group by column_name, reason;

create or replace table resolution.run as
with others as (
    select count(*) as customers, max(records) as records
    from (select cluster, count(*) as records from elsewhere group by cluster) as sizes
)
select
    $on::date as business_date,
    (select count(*) from vault.identity.records) as records,
    (select count(distinct customer_id) from assigned) + others.customers as customers,
    (select count(distinct old_id) from assigned) + others.customers as customers_before,
    (select count(distinct old_id) from assigned where old_id is distinct from customer_id) as customers_changed,
    (select count(*) from parted)
    + (select count(*) from vault.identity.parted semi join elsewhere using (no)) as clusters_parted,
    greatest((select max(records) from anchors), others.records) as largest_cluster
from others;

delete from control.resolved;
insert into control.resolved values ($token)
"""


# what dbt reads of schema `resolution`: name -> what a row is, its columns
TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "identities": (
        "One row per source record: its customer, and why.",
        {
            "record_source": "varchar", "record_id": "varchar", "customer_id": "varchar", "method": "varchar",
            "confidence": "double", "matched_on": "varchar", "evidence": "varchar", "first_seen_on": "date",
        },
    ),
    "review": (
        "One row per pair of records that a steward should judge.",
        {
            "source_a": "varchar", "record_a": "varchar", "source_b": "varchar", "record_b": "varchar", "probability": "double",
            "evidence": "varchar", "first_seen_on": "date",
        },
    ),
    "changes": (
        "One row per merge or split of customers.",
        {
            "business_date": "date", "change": "varchar", "from_customer_id": "varchar", "to_customer_id": "varchar",
            "cause": "varchar", "evidence": "varchar",
        },
    ),
    "aliases": (
        "One row per customer id that is no more in use, with the one that took it over.",
        {"customer_id": "varchar", "current_customer_id": "varchar"},
    ),
    "run": (
        "One row: the date that identities are of, and how much of them is new.",
        {
            "business_date": "date", "records": "bigint", "customers": "bigint", "customers_before": "bigint",
            "customers_changed": "bigint", "clusters_parted": "bigint", "largest_cluster": "bigint",
        },
    ),
}  # fmt: skip


def resolved_on(connection: duckdb.DuckDBPyConnection) -> date | None:
    """The date that the warehouse's identities are of; None, when there are none yet."""
    there = connection.execute(
        "select 1 from duckdb_tables()"
        " where database_name = current_database() and schema_name = 'resolution' and table_name = 'run'"
    ).fetchone()
    row = connection.execute("select business_date from resolution.run").fetchone() if there else None
    return row[0] if row else None


_EVER_ISSUED = "(select customer_id from assignments union all select from_customer_id from resolution.changes)"
_ISSUED = "(select customer_id from resolution.aliases union all select nullif(customer_id, '') from held)"


def _created(name: str, *, is_whole: bool) -> str:
    columns = ", ".join(f"{column} {of_type}" for column, of_type in TABLES[name][1].items())
    return f"create {'or replace table' if is_whole else 'table if not exists'} resolution.{name} ({columns})"


def write_outcome(connection: duckdb.DuckDBPyConnection, *, on: date, review: float, is_whole: bool, token: str) -> None:
    """Brings schema `resolution` to what was found of the records `concerned`, in one transaction which leaves `token` behind.

    `is_whole`: nothing of what is there counts.
    """
    elsewhere = "false" if is_whole else "no not in (select no from concerned union all select no from gone)"
    connection.execute(_ANCHORS.format(elsewhere=elsewhere))
    find_certainty(connection)
    connection.execute("create schema if not exists resolution; begin")
    for name in ("identities", "review"):
        connection.execute(_created(name, is_whole=is_whole))
    # an id that goes out of use was somebody's whom the day concerns
    issued = _EVER_ISSUED if is_whole else _ISSUED
    for statement in duckdb.extract_statements(_WRITTEN.replace("{issued}", issued)):
        wanted = {"on": on, "review": review, "token": token}
        connection.execute(statement, {name: wanted[name] for name in statement.named_parameters})
    connection.execute("commit")
    connection.execute("drop table anchors; drop table elsewhere; drop table unused; drop table held; drop table surely")
