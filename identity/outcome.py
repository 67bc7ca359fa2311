"""What identity resolution gives to the warehouse: tables of schema `resolution`, without personal data.

Belongs here: identities with method and evidence, the steward's queue, changes, aliases, and the figures people look at. Not
here: how any of it came about (edges.py, clusters.py, ids.py), reading it (dbt_project/models/identity).
"""

from __future__ import annotations

from datetime import date

import duckdb

_TABLES = """
create schema if not exists resolution;
create or replace temp table anchors as
select cluster, arg_min(no, (not is_core, rank)) as no, count(*) as records from assigned group by cluster;

create or replace table resolution.identities as
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
    cast(case when anchors.no = assigned.no then 1 else coalesce(own.told.confidence, 1) end as double) as confidence,
    own.told.matched_on as matched_on,
    own.told.evidence as evidence,
    records.first_seen_on
from assigned
inner join records using (no)
inner join anchors on assigned.cluster = anchors.cluster
left join own on assigned.no = own.no;

create or replace table resolution.review as
with told_apart as (
    -- two customers, of whom a steward called any two records different: no other pair could make them one
    select least(x.cluster, y.cluster) as one, greatest(x.cluster, y.cluster) as other
    from decided
    inner join assigned as x on decided.a = x.no
    inner join assigned as y on decided.b = y.no
    where decided.decision = 'different'
), open_pairs as (
    select
        a.record_source as source_a, a.record_id as record_a, b.record_source as source_b, b.record_id as record_b,
        pairs.probability, pairs.evidence, greatest(x.landed_on, y.landed_on) as first_seen_on,
        least(a.customer_id, b.customer_id) as one, greatest(a.customer_id, b.customer_id) as other
    from vault.identity.pairs as pairs
    inner join assigned as a on pairs.a = a.no
    inner join assigned as b on pairs.b = b.no and a.cluster <> b.cluster
    inner join records as x on pairs.a = x.no
    inner join records as y on pairs.b = y.no
    where pairs.probability >= $review
        -- two proven numbers are two persons: nothing is left to judge
        and not (x.is_proven and y.is_proven and x.id_number <> y.id_number)
        and (pairs.a, pairs.b) not in (select (a, b) from decided)
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

-- every id that is no more in use, with the one that took it over; null where no record is left of it
create or replace table resolution.aliases as
with recursive current_ids as (
    select distinct customer_id from assigned
), followed as (
    -- an id that was in use again after a merge says no more where that merge led
    select changes.from_customer_id, arg_max(changes.to_customer_id, changes.business_date) as to_customer_id
    from resolution.changes as changes
    left join (select customer_id, max(business_date) as used_on from assignments group by customer_id) as used
        on changes.from_customer_id = used.customer_id
    where changes.change = 'merge' and changes.business_date >= coalesce(used.used_on, changes.business_date)
    group by changes.from_customer_id
), chain as (
    select from_customer_id as customer_id, to_customer_id as current_id from followed
    where from_customer_id not in (from current_ids)
    union
    select chain.customer_id, followed.to_customer_id
    from chain inner join followed on chain.current_id = followed.from_customer_id
    where chain.current_id not in (from current_ids)
)
select distinct issued.customer_id, chain.current_id as current_customer_id
from (select distinct customer_id from assignments where customer_id is not null) as issued
left join chain on issued.customer_id = chain.customer_id and chain.current_id in (from current_ids)
where issued.customer_id not in (from current_ids);

create or replace table resolution.junk_values as
select column_name, reason, count(*) as junk_values from junk group by column_name, reason;

create or replace table resolution.run as
select
    $on::date as business_date,
    (select count(*) from records) as records,
    (select count(distinct customer_id) from assigned) as customers,
    (select count(distinct old_id) from assigned) as customers_before,
    (select count(distinct old_id) from assigned where old_id is distinct from customer_id) as customers_changed,
    $parted::bigint as clusters_parted,
    (select max(records) from anchors) as largest_cluster
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


def write_outcome(connection: duckdb.DuckDBPyConnection, *, on: object, review: float, parted: int) -> None:
    """Fills schema `resolution` anew."""
    for statement in duckdb.extract_statements(_TABLES):
        wanted = {"on": on, "review": review, "parted": parted}
        named = {name: wanted[name] for name in statement.named_parameters}
        connection.execute(statement, named)
    connection.execute("drop table anchors")
