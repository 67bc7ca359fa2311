"""Keeps the warehouse's schema `raw` at the current accepted state, by applying the batches that are new or replaced.

Belongs here: the landing contract's meaning of a batch (keys, versions, deletes, later folders win) as set-based SQL.
Not here: which batches are accepted (expectations/), parsing (integrations/sources), anything about customers (dbt).

`raw.<source>__<table>` holds one row per key without pii columns; the vault holds the pii columns of the tables that say
how to reach people. `changes.<source>__<table>` gathers the before- and after-images of every row that changed since the
marts last completed: incremental facts recompute those keys alone, so that a day costs what the day brought.
Applying is one transaction per table that also notes what was applied: killed anywhere, it can be run again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from foundation.contract import Column, Table
from integrations.warehouse.connection import parquet, quoted

# the tables whose pii the vault keeps current; that of events stays in raw storage alone
VAULTED = frozenset({"core_banking.customers", "app.users", "third_party.people"})

_BOOKKEEPING = """
create schema if not exists raw;
create schema if not exists changes;
create schema if not exists control;
create schema if not exists vault.raw;
create table if not exists control.applied (
    source varchar, table_name varchar, business_date date, content_id varchar,
    primary key (source, table_name, business_date)
);
create table if not exists control.pending (is_rebuild boolean);
"""


@dataclass(frozen=True)
class Accepted:
    """One batch that counts: the raw file of a table and date, and what identifies its content."""

    table: Table
    on: date
    file: Path
    content_id: str


@dataclass(frozen=True)
class Applied:
    """What applying did: batches taken in or out, rows changed by table."""

    batches: int
    rows_changed: dict[str, int]


def warehouse_columns(table: Table) -> list[tuple[str, str]]:
    """Name and SQL type of a table's columns in the warehouse: none is pii; a pii key part stands as its keyed hash."""
    kept = [(warehouse_name(table, c.name), "varchar" if c.pii else c.sql_type) for c in table.columns if is_kept(table, c)]
    return [*kept, ("_landed_on", "date")]


def is_kept(table: Table, column: Column) -> bool:
    """Whether the warehouse has the column at all: pii only as part of a key."""
    return not column.pii or column.name in table.key


def warehouse_name(table: Table, column: str) -> str:
    """What the warehouse calls a column."""
    return f"{column}_hash" if table.column(column).pii else column


def warehouse_key(table: Table) -> str:
    """The key as the warehouse names it, for use in SQL."""
    return ", ".join(warehouse_name(table, name) for name in table.key)


def prepare(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """Creates what is not there yet: the schemas, an empty table per contract table, the bookkeeping."""
    connection.execute(_BOOKKEEPING)
    for table in tables:
        columns = ", ".join(f"{name} {sql_type}" for name, sql_type in warehouse_columns(table))
        connection.execute(f"create table if not exists raw.{table.relation} ({columns})")
        connection.execute(f"create table if not exists changes.{table.relation} ({columns})")
        if table.full_name in VAULTED:
            kept = ", ".join(f"{c.name} {c.sql_type}" for c in table.columns if c.pii or c.name in table.key)
            connection.execute(f"create table if not exists vault.raw.{table.relation} ({kept})")


@dataclass(frozen=True)
class _Work:
    """What one table needs: batches to take in, dates whose earlier content must go, and how far back to read."""

    table: Table
    accepted: tuple[Accepted, ...]
    fresh: tuple[Accepted, ...]
    gone: tuple[date, ...]
    is_first: bool
    is_append: bool

    @property
    def dates(self) -> set[date]:
        return {batch.on for batch in self.fresh} | set(self.gone)


def _work(connection: duckdb.DuckDBPyConnection, table: Table, accepted: Sequence[Accepted]) -> _Work:
    known = dict(
        connection.execute(
            "select business_date, content_id from control.applied where source = ? and table_name = ?",
            [table.source, table.name],
        ).fetchall()
    )
    fresh = tuple(batch for batch in accepted if known.get(batch.on) != batch.content_id)
    dirty, counted = {batch.on for batch in fresh}, {batch.on for batch in accepted}
    gone = tuple(on for on in known if on in dirty or on not in counted)
    newer = not known or all(batch.on > max(known) for batch in fresh)
    return _Work(table, tuple(accepted), fresh, gone, is_first=not known, is_append=not gone and newer)


def _projected(table: Table, batches: Sequence[Accepted], hash_key: str) -> str:
    """SQL for the rows of these batches as the warehouse names them, with the vault's columns where the table has any."""
    parts = []
    for column in table.columns:
        if column.pii and column.name in table.key:
            parts.append(f"sha256({quoted(hash_key)} || {column.name}) as {column.name}_hash")
        if not column.pii or table.full_name in VAULTED:
            parts.append(column.name)
    return f"select {', '.join(parts)}, _landed_on, _row, _deleted from {parquet([batch.file for batch in batches])}"


def _winners(table: Table, candidates: str) -> str:
    """SQL for the row that counts of each key: later folders win unless their version is older; a delete removes what was
    known before it."""
    key = warehouse_key(table)
    order = f"{table.version} desc nulls last, " if table.version else ""
    return f"""
        with placed as (
            select *, cast(_landed_on - date '1970-01-01' as bigint) * 10000000000 + _row as _place from ({candidates})
        ), standing as (
            select *, max(case when _deleted then _place end) over (partition by {key}) as _deleted_at from placed
        ), ranked as (
            select *, row_number() over (partition by {key} order by {order}_place desc) as _rank
            from standing where not _deleted and (_deleted_at is null or _place > _deleted_at)
        )
        select * exclude (_place, _deleted_at, _rank) from ranked where _rank = 1
    """


def _touched(work: _Work, hash_key: str) -> str:
    key = warehouse_key(work.table)
    parts = [f"select {key} from ({_projected(work.table, work.fresh, hash_key)})"] if work.fresh else []
    if work.gone:
        dates = ", ".join(f"date '{on}'" for on in work.gone)
        parts.append(f"select {key} from raw.{work.table.relation} where _landed_on in ({dates})")
    return f"select distinct {key} from ({' union all '.join(parts)})"


def _candidates(work: _Work, hash_key: str) -> str:
    """SQL for every row that may stand under a touched key.

    When all batches are newer than what is there, the current row stands for a key's older versions: history is not read.
    """
    table, key = work.table, warehouse_key(work.table)
    batches = work.fresh if work.is_append else work.accepted
    if not batches:
        empty = ", ".join(f"cast(null as {column.sql_type}) as {column.name}" for column in table.columns)
        hashed = "".join(f", cast(null as varchar) as {c.name}_hash" for c in table.columns if c.pii and c.name in table.key)
        marks = "cast(null as date) as _landed_on, 0 as _row, false as _deleted, false as _is_current"
        return f"select {empty}{hashed}, {marks} limit 0"
    rows = f"select *, false as _is_current from ({_projected(table, batches, hash_key)})"
    if not work.is_append:
        return f"{rows} semi join touched using ({key})"
    if table.version and not work.is_first:
        current = f"select *, 0 as _row, false as _deleted, true as _is_current from raw.{table.relation}"
        return f"{rows} union all by name {current} semi join touched using ({key})"
    return rows


def _stage(connection: duckdb.DuckDBPyConnection, work: _Work, hash_key: str) -> None:
    """Temporary tables: `touched`, the keys that may change, and `winners`, the rows that they become."""
    connection.execute(f"create or replace temp table touched as {_touched(work, hash_key)}")
    connection.execute(f"create or replace temp table winners as {_winners(work.table, _candidates(work, hash_key))}")


def _swap(connection: duckdb.DuckDBPyConnection, work: _Work) -> int:
    """Puts the winners in place of what stood under the touched keys, and notes what was applied: one transaction."""
    table, key = work.table, warehouse_key(work.table)
    columns = ", ".join(name for name, _ in warehouse_columns(table))
    here, changes = f"raw.{table.relation}", f"changes.{table.relation}"
    image = f"insert into {changes} select {columns} from {here} semi join touched using ({key})"
    connection.execute("begin")
    if work.is_first:
        connection.execute("delete from control.pending; insert into control.pending values (true)")
    else:
        connection.execute(image)
        connection.execute(f"delete from {here} where ({key}) in (select ({key}) from touched)")
    connection.execute(f"insert into {here} ({columns}) select {columns} from winners")
    if not work.is_first:
        connection.execute(image)
    name = [table.source, table.name]
    for on in work.dates:
        connection.execute("delete from control.applied where source = ? and table_name = ? and business_date = ?", [*name, on])
    for batch in work.fresh:
        connection.execute("insert into control.applied values (?, ?, ?, ?)", [*name, batch.on, batch.content_id])
    connection.execute("commit")
    return int((connection.execute("select count(*) from touched").fetchone() or (0,))[0])


def _swap_vault(connection: duckdb.DuckDBPyConnection, work: _Work) -> None:
    """The same for the vault's columns; before the warehouse's swap, so that a kill in between repeats both."""
    table = work.table
    key, here = ", ".join(table.key), f"vault.raw.{table.relation}"
    columns = ", ".join(c.name for c in table.columns if c.pii or c.name in table.key)
    standing = f"select {key} from winners where _is_current" if table.version and work.is_append else None
    gone = f"select {key} from touched" + (f" except {standing}" if standing else "")
    connection.execute("begin")
    connection.execute(f"delete from {here} where ({key}) in (select ({key}) from ({gone}))")
    fresh = " where not _is_current" if standing else ""
    connection.execute(f"insert into {here} ({columns}) select {columns} from winners{fresh}")
    connection.execute("commit")


def apply_batches(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], accepted: Sequence[Accepted], *, hash_key: str
) -> Applied:
    """Brings schema `raw` to exactly what the accepted batches say, touching only keys of batches new, replaced or gone."""
    prepare(connection, tables)
    batches, rows = 0, {}
    for table in tables:
        work = _work(connection, table, [batch for batch in accepted if batch.table == table])
        if not work.dates:
            continue
        _stage(connection, work, hash_key)
        if table.full_name in VAULTED:
            _swap_vault(connection, work)
        rows[table.full_name] = _swap(connection, work)
        batches += len(work.dates)
    return Applied(batches, rows)


def is_rebuild_pending(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a table was filled for the first time since the marts last completed: facts are then computed in full."""
    return connection.execute("select 1 from control.pending where is_rebuild").fetchone() is not None


def forget_changes(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """Empties `changes`: to be called when the marts that needed them are complete."""
    connection.execute("begin")
    for table in tables:
        connection.execute(f"delete from changes.{table.relation}")
    connection.execute("delete from control.pending")
    connection.execute("commit")
