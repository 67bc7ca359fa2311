"""Keeps the warehouse's schema `raw` at the current accepted state, by applying the batches that are new or replaced.

Belongs here: which keys a batch touches, and replacing what stands under them. Not here: which row of a key counts (rows.py),
the pii columns (vault.py), which batches are accepted (expectations/), parsing (integrations/sources), customers (dbt).

`raw.<source>__<table>` holds one row per key without pii columns. `changes.<source>__<table>` gathers the before- and
after-images of every row that changed since the marts last completed: incremental facts recompute those keys alone, so
that a day costs what the day brought. Applying is one transaction per table that also notes what was applied: killed
anywhere, it can be run again. `control.changing` counts these transactions, and says up to which one `changes` does not hold
what changed: who has seen the warehouse as it was then, or later, need look at `changes` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from foundation.contract import Table
from foundation.sql import quoted
from integrations.warehouse.rows import is_hashed, projected, warehouse_columns, warehouse_key, winners
from integrations.warehouse.vault import is_in_step, is_vaulted, prepare_vault, swap_vault

_BOOKKEEPING = """
create schema if not exists raw;
create schema if not exists changes;
create schema if not exists control;
create table if not exists control.applied (
    source varchar, table_name varchar, business_date date, content_id varchar,
    primary key (source, table_name, business_date)
);
create table if not exists control.pending (is_rebuild boolean);
create table if not exists control.changing (applied bigint, forgotten bigint);
insert into control.changing select 0, 0 where not exists (from control.changing);
"""

_FEW = 0.1  # of all rows that stand: so many first rows of one more table are applied as changes


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


def prepare(connection: duckdb.DuckDBPyConnection, tables: Sequence[Table]) -> None:
    """Creates what is not there yet: the schemas, an empty table per contract table, the bookkeeping."""
    connection.execute(_BOOKKEEPING)
    prepare_vault(connection, tables)
    for table in tables:
        columns = ", ".join(f"{name} {sql_type}" for name, sql_type in warehouse_columns(table))
        connection.execute(f"create table if not exists raw.{table.relation} ({columns})")
        connection.execute(f"create table if not exists changes.{table.relation} ({columns})")


@dataclass(frozen=True)
class _Work:
    """What one table needs: batches to take in, dates whose earlier content must go, and how far back to read."""

    table: Table
    known: dict[date, str]
    accepted: tuple[Accepted, ...]
    fresh: tuple[Accepted, ...]
    gone: tuple[date, ...]
    is_append: bool

    @property
    def is_first(self) -> bool:
        return not self.known

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
    return _Work(table, known, tuple(accepted), fresh, gone, is_append=not gone and newer)


def _files(batches: Iterable[Accepted]) -> list[Path]:
    return [batch.file for batch in batches]


def _touched(work: _Work, hash_key: str) -> str:
    key = warehouse_key(work.table)
    parts = [f"select {key} from ({projected(work.table, _files(work.fresh), hash_key)})"] if work.fresh else []
    if work.gone:
        dates = ", ".join(f"date '{on}'" for on in work.gone)
        parts.append(f"select {key} from raw.{work.table.relation} where _landed_on in ({dates})")
    if work.gone and work.accepted:
        parts.append(_hidden(work, hash_key))
    return f"select distinct {key} from ({' union all '.join(parts)})"


def _hidden(work: _Work, hash_key: str) -> str:
    """SQL for the keys of which a better row than the standing one landed: a delete hid it, and may be among what is gone,
    whose rows cannot be read any more."""
    table = work.table
    newer = f" or landed.{table.version} > standing.{table.version}" if table.version else ""
    return f"""
        select {warehouse_key(table)} from ({projected(table, _files(work.accepted), hash_key)}) as landed
        left join raw.{table.relation} as standing using ({warehouse_key(table)})
        where not landed._deleted and (standing._landed_on is null{newer})
    """


def _candidates(work: _Work, hash_key: str) -> str:
    """SQL for every row that may stand under a touched key.

    When all batches are newer than what is there, the current row stands for a key's older versions: history is not read.
    """
    table, key = work.table, warehouse_key(work.table)
    batches = work.fresh if work.is_append else work.accepted
    if not batches:
        empty = ", ".join(f"cast(null as {column.sql_type}) as {column.name}" for column in table.columns)
        hashed = "".join(f", cast(null as varchar) as {c.name}_hash" for c in table.columns if is_hashed(table, c))
        marks = "cast(null as date) as _landed_on, false as _deleted, false as _is_current"
        return f"select {empty}{hashed}, {marks} limit 0"
    rows = f"select *, false as _is_current from ({projected(table, _files(batches), hash_key)})"
    if not work.is_append:
        return f"{rows} semi join touched using ({key})"
    if table.version:
        current = f"select *, false as _deleted, true as _is_current from raw.{table.relation}"
        return f"{rows} union all by name {current} semi join touched using ({key})"
    return rows


def _first_rows(work: _Work, hash_key: str) -> str:
    return winners(work.table, projected(work.table, _files(work.accepted), hash_key))


def _stage(connection: duckdb.DuckDBPyConnection, work: _Work, hash_key: str) -> None:
    """Temporary tables: `touched`, the keys that may change, and `winners`, the rows that they become."""
    connection.execute(f"create or replace temp table touched as {_touched(work, hash_key)}")
    connection.execute(f"create or replace temp table winners as {winners(work.table, _candidates(work, hash_key))}")


def _fill(connection: duckdb.DuckDBPyConnection, work: _Work, hash_key: str) -> int:
    """The first rows of a table, and the note of it: one transaction."""
    columns = ", ".join(name for name, _ in warehouse_columns(work.table))
    connection.execute("begin")
    demand_rebuild(connection)
    filled = connection.execute(
        f"insert into raw.{work.table.relation} ({columns}) select {columns} from ({_first_rows(work, hash_key)})"
    ).fetchone()
    _note(connection, work)
    _forget(connection)
    connection.execute("commit")
    return int((filled or (0,))[0])


def _swap(connection: duckdb.DuckDBPyConnection, work: _Work) -> int:
    """Puts the winners in place of what stood under the touched keys, and notes what was applied: one transaction."""
    table, key = work.table, warehouse_key(work.table)
    columns = ", ".join(name for name, _ in warehouse_columns(table))
    here, changes = f"raw.{table.relation}", f"changes.{table.relation}"
    connection.execute("begin")
    # looked for once, and only where something stands is anything deleted: the keys of a new day seldom do
    connection.execute(
        "create or replace temp table standing as "
        f"select rowid as _standing_row, {columns} from {here} semi join touched using ({key})"
    )
    if connection.execute("select 1 from standing limit 1").fetchone():
        connection.execute(f"insert into {changes} select {columns} from standing")
        connection.execute(f"delete from {here} where rowid in (select _standing_row from standing)")
    connection.execute(f"insert into {here} ({columns}) select {columns} from winners")
    connection.execute(f"insert into {changes} select {columns} from winners")
    _note(connection, work)
    connection.execute("commit")
    return int((connection.execute("select count(*) from touched").fetchone() or (0,))[0])


def _forget(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("update control.changing set forgotten = applied")


def _note(connection: duckdb.DuckDBPyConnection, work: _Work) -> None:
    connection.execute("update control.changing set applied = applied + 1")
    name = [work.table.source, work.table.name]
    for on in work.dates:
        connection.execute("delete from control.applied where source = ? and table_name = ? and business_date = ?", [*name, on])
    for batch in work.fresh:
        connection.execute("insert into control.applied values (?, ?, ?, ?)", [*name, batch.on, batch.content_id])


def _swap_vault(connection: duckdb.DuckDBPyConnection, work: _Work, hash_key: str) -> None:
    """The same for the vault's columns, before the warehouse's swap; from all batches where the vault is out of step."""
    table, batches = work.table, {batch.on: batch.content_id for batch in work.accepted}
    is_whole = work.is_first or not is_in_step(connection, table, work.known)
    if is_whole and not work.is_first:  # said before it is so: killed in between, it was said in vain, which does no harm
        connection.execute("update control.changing set applied = applied + 1, forgotten = applied + 1")
    if is_whole:
        rows = _first_rows(work, hash_key) if work.accepted else None
        swap_vault(connection, table, batches, gone=None, rows=rows)
    elif not work.dates:
        return
    elif table.version and work.is_append:
        key = ", ".join(table.key)
        gone = f"select {key} from touched except select {key} from winners where _is_current"
        swap_vault(connection, table, batches, gone=gone, rows="select * from winners where not _is_current")
    else:
        swap_vault(connection, table, batches, gone="select * from touched", rows="select * from winners")


def apply_batches(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], accepted: Sequence[Accepted], *, hash_key: str
) -> Applied:
    """Brings schema `raw` to exactly what the accepted batches say, touching only keys of batches new, replaced or gone."""
    prepare(connection, tables)
    connection.execute("set preserve_insertion_order = false")  # rows have no order here, and keeping one takes memory
    try:
        return _apply(connection, tables, accepted, hash_key)
    finally:
        connection.execute("reset preserve_insertion_order")


def _apply(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[Table], accepted: Sequence[Accepted], hash_key: str
) -> Applied:
    batches, rows = 0, {}
    for table in tables:
        work = _work(connection, table, [batch for batch in accepted if batch.table == table])
        is_filled = bool(work.dates) and work.is_first and not _is_a_days_work(connection, work)
        if work.dates and not is_filled:
            _stage(connection, work, hash_key)
        if is_vaulted(table):
            _swap_vault(connection, work, hash_key)
        if work.dates:
            rows[table.full_name] = _fill(connection, work, hash_key) if is_filled else _swap(connection, work)
            batches += len(work.dates)
    return Applied(batches, rows)


def _is_a_days_work(connection: duckdb.DuckDBPyConnection, work: _Work) -> bool:
    """Whether a table's first rows are changes like any others: facts stand, and they are few beside what these stand on.

    What customers answer lands for the first time on the day after the first lists; all facts computed anew for it would cost
    that day what the first load cost. Of a table that brings its history along, full computing is cheaper than key by key.
    """
    if is_rebuild_pending(connection):
        return False
    (landed,) = connection.execute(
        f"select sum(num_rows) from parquet_file_metadata([{', '.join(quoted(file) for file in _files(work.accepted))}])"
    ).fetchone() or (0,)
    (standing,) = connection.execute(
        "select sum(estimated_size) from duckdb_tables() where database_name = current_database() and schema_name = 'raw'"
    ).fetchone() or (0,)
    return int(landed) <= _FEW * int(standing)


def demand_rebuild(connection: duckdb.DuckDBPyConnection) -> None:
    """Notes that facts are to be computed in full; within the transaction of what makes it so."""
    connection.execute("delete from control.pending; insert into control.pending values (true)")


def is_rebuild_pending(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether facts are to be computed in full: since the marts last completed, a table was filled for the first time with more
    than a day's rows, or a setting that facts are counted by has changed.
    """
    return connection.execute("select 1 from control.pending where is_rebuild").fetchone() is not None


def forget_changes(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """Empties `changes`: to be called when the marts that needed them are complete."""
    connection.execute("begin")
    for table in tables:
        connection.execute(f"delete from changes.{table.relation}")
    connection.execute("delete from control.pending")
    _forget(connection)
    connection.execute("commit")
