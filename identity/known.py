"""The records as they were last compared and put together, kept in the vault: what a day need not do again.

Belongs here: the tables that are kept, what they rest on, and taking a day's work into them. Not here: what changed (collect.py),
which pairs to compare (blocks.py), whom a day concerns (concerned.py).
All of it is derived: emptied whenever rules, model or limits change, and then built from every record. `settled` is there only
while the warehouse's outcome is that of the records kept: a run takes it away before it changes anything and puts it back when
all is written, so that after one that ended in between everybody is put together anew.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from foundation.sql import quoted
from identity import normalise
from identity.keys import statement
from identity.normalise import SCANNED
from identity.outcome import resolved_on

# `said`: a record as landed; `content`: what it is compared by; `landed_on`: its first version; `changed_on`: the one
# that stands. `left_out`: values of records that are junk, in their normal form. `crowded`: the blocks of more records than are
# compared
_KEPT = f"""
create or replace table vault.identity.records (
    no bigint, record_source varchar, record_id {SCANNED}, said ubigint, content ubigint, changed_on date, landed_on date,
    rank {SCANNED}, customer_no {SCANNED}, kind varchar, name {SCANNED}, name_words {SCANNED}, name_letters {SCANNED},
    family varchar, is_named boolean, birth_date date, gender varchar, id_number {SCANNED}, is_proven boolean, mobile {SCANNED},
    email {SCANNED}, device_id varchar, address {SCANNED}, city varchar, credit_code varchar, first_seen_on date, closed_on date
);
create or replace table vault.identity.left_out (no bigint, column_name varchar, value varchar, is_proven boolean);
create or replace table vault.identity.junk (column_name varchar, value varchar, reason varchar);
create or replace table vault.identity.block_keys (no bigint, block utinyint, key ubigint);
create or replace table vault.identity.crowded (block utinyint, key ubigint, size bigint);
create or replace table vault.identity.pairs (a bigint, b bigint, probability double, evidence varchar);
create or replace table vault.identity.decided (a bigint, b bigint, decision varchar);
create or replace table vault.identity.areas (no bigint, area bigint, cluster bigint);
create or replace table vault.identity.parted (no bigint);
create or replace table vault.identity.settled (
    text varchar, business_date date, dates date[], token varchar, applied bigint, written varchar
);
create or replace table vault.identity.basis (text varchar);
"""
_LAYOUT = "10"  # of these tables


def prepare(connection: duckdb.DuckDBPyConnection, *, region: str, basis: str) -> None:
    """Creates what is not there; empties what rests on another basis (a text that says which rules and limits it rests on)."""
    normalise.prepare(connection, region)
    connection.execute("create table if not exists vault.identity.basis (text varchar)")
    shape = hash_of((statement("records"), statement("normal"), normalise.VERSION))
    wanted = f"{basis}; layout {_LAYOUT} {shape}"
    if connection.execute("select text from vault.identity.basis").fetchone() != (wanted,):
        connection.execute(f"begin; {_KEPT} insert into vault.identity.basis values ({quoted(wanted)}); commit")
    connection.execute("create schema if not exists control; create table if not exists control.resolved (token varchar)")


def is_settled(connection: duckdb.DuckDBPyConnection, *, basis: str, dates: Sequence[date], written: str) -> bool:
    """Whether the warehouse has the outcome of the records kept, by the same basis and as published since.

    `dates`: those of the history that count. The last outcome must be the newest of them, and have had the others behind it;
    `written`: the digest of the newest, which must be as that outcome wrote it.
    """
    kept = connection.execute("select text, business_date, dates, token, written from vault.identity.settled").fetchone()
    return (
        kept is not None
        and kept[0] == basis
        and [*kept[2], kept[1]] == list(dates)
        and kept[4] == written
        and resolved_on(connection) == kept[1]
        and connection.execute("select token from control.resolved").fetchone() == (kept[3],)
    )


def applied(connection: duckdb.DuckDBPyConnection) -> int:
    """How many times anything was applied to the warehouse's records: what it has now is as of then."""
    return int((connection.execute("select applied from control.changing").fetchone() or (0,))[0])


def are_changes_held(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether `changes` names all that was applied since the records were kept. Asked of what `is_settled`."""
    held = connection.execute(
        "select settled.applied >= changing.forgotten from vault.identity.settled as settled, control.changing as changing"
    ).fetchone()
    return held is not None and bool(held[0])


def keep(connection: duckdb.DuckDBPyConnection) -> None:
    """Records, blocks and pairs as they are now, in one transaction; `scored` holds the pairs compared this time.

    Makes `repaired` (a, b): pairs that there were and are no more, or the other way round, or that are valued otherwise.
    """
    connection.execute(
        """
        create or replace temp table repaired as
        with before as (
            select * from vault.identity.pairs where a in (from affected) or b in (from affected)
            union all select * from vault.identity.pairs semi join lost using (a, b)
        )
        select a, b from ((from before except from scored) union all (from scored except from before));
        begin;
        delete from vault.identity.settled;
        delete from vault.identity.records where no in (select no from outdated);
        insert into vault.identity.records by name select * exclude (is_changed) from fresh;
        update vault.identity.records set landed_on = redated.landed_on, rank = redated.rank
        from redated where records.no = redated.no;
        delete from vault.identity.left_out where no in (select no from outdated);
        insert into vault.identity.left_out
        select fresh.no, left_out.column_name, left_out.value, left_out.is_proven
        from left_out inner join fresh using (record_source, record_id);
        delete from vault.identity.junk using was_junk
        where junk.column_name = was_junk.column_name and junk.value = was_junk.value;
        insert into vault.identity.junk from judged;
        delete from vault.identity.block_keys where no in (from stale);
        insert into vault.identity.block_keys from new_keys;
        delete from vault.identity.crowded using sizes where crowded.block = sizes.block and crowded.key = sizes.key;
        insert into vault.identity.crowded select block, key, size from sizes where size > allowed;
        delete from vault.identity.pairs where a in (from affected) or b in (from affected);
        delete from vault.identity.pairs using lost where pairs.a = lost.a and pairs.b = lost.b;
        insert into vault.identity.pairs select a, b, probability, evidence from scored;
        commit;
        drop view records; drop table redated; drop table was_junk; drop table judged; drop table left_out;
        drop table new_keys; drop table stale; drop table sizes; drop table affected; drop table lost; drop table candidates;
        drop table scored;
        """
    )


@dataclass(frozen=True)
class Settled:
    """Of what the outcome is: its basis and date, the dates of the history behind it, what vault and warehouse both note of it,
    what the warehouse's records were as of (`applied`) when they were looked at, and the digest of the date's history."""

    basis: str
    on: date
    dates: Sequence[date]
    token: str
    as_applied: int
    written: str


def settle(connection: duckdb.DuckDBPyConnection, settled: Settled, *, is_whole: bool) -> None:
    """Who is together as it is now, in one transaction: `placed` (no, area, cluster), `parted`, `decided`, `new_assignments`.

    `is_whole`: nothing of what is there counts.
    """
    replaced = "true" if is_whole else "no in (select no from concerned union all select no from gone)"
    connection.execute(
        f"""
        begin;
        delete from vault.identity.areas where {replaced};
        insert into vault.identity.areas select no, area, cluster from placed;
        delete from vault.identity.parted where {replaced};
        insert into vault.identity.parted from parted;
        delete from vault.identity.decided;
        insert into vault.identity.decided from decided;
        insert into vault.identity.assignments from new_assignments;
        """
    )
    connection.execute(
        "insert into vault.identity.settled values (?, ?, ?, ?, ?, ?)",
        [settled.basis, settled.on, list(settled.dates), settled.token, settled.as_applied, settled.written],
    )
    connection.execute("commit")


def described(parts: Mapping[str, object]) -> str:
    """A basis as text."""
    return "; ".join(f"{name} {value}" for name, value in sorted(parts.items()))


def hash_of(basis: object) -> str:
    """What tells one model from another, whatever they call themselves; rules likewise."""
    return hashlib.sha256(repr(basis).encode()).hexdigest()[:16]


def new_token() -> str:
    """What vault and warehouse both note of one outcome."""
    return uuid.uuid4().hex
