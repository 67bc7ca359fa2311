"""How a batch's values are distributed: counted once, when the batch is judged, and kept in the control file (SQLite), so that
later dates are compared with it without reading its file again.

Belongs here: counting, keeping, reading back. Not here: which columns are watched (recent.yml), comparing (learned.py).
Kept are counts by allowed value, and for numeric columns by half powers of two; never a value of a column that identifies a
person, nor a number as it stood.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb

from expectations.batches import Landed
from expectations.recent import recent_entries, watched_columns
from foundation.books import opened
from foundation.contract import Table
from foundation.engine import UNHELD, Engine

_SCHEMA = """
create table if not exists profiles (
    source text not null, table_name text not null, business_date text not null, content_id text not null,
    column_name text not null, bin text not null, position real, rows integer not null,
    primary key (source, table_name, business_date, column_name, bin)
) without rowid
"""
_POSITION = "sign({0}) * floor(2 * log2(greatest(1, abs(cast({0} as double)))))"


class Count(NamedTuple):
    """How many rows of a batch stand in one bin of a column. `position` orders numeric bins; null has none."""

    table: str
    on: date
    content_id: str
    column: str
    bin: str
    position: float | None
    rows: int


def _counting(table: Table, files: Sequence[str]) -> str:
    entry = recent_entries()[table]
    parts = []
    for column, is_number in watched_columns(table, entry).items():
        position = _POSITION.format(column) if is_number else "cast(null as double)"
        value = f"cast({position} as varchar)" if is_number else f"cast({column} as varchar)"
        parts.append(f"select _landed_on, '{column}', coalesce({value}, ''), {position}, count(*) from watched group by all")
    listed = ", ".join("'" + file.replace("'", "''") + "'" for file in files)
    watched = f"select * from read_parquet([{listed}]) where not _deleted and ({entry.among})"
    return f"with watched as materialized ({watched}) {' union all '.join(parts)}" if parts else ""


def profile(batches: Sequence[Landed], engine: Engine = UNHELD) -> list[Count]:
    """The distribution of each batch that could be read, in one query a table."""
    counts = []
    with duckdb.connect() as connection:
        engine.hold(connection)
        for table in {batch.table for batch in batches}:
            own = {batch.on: batch for batch in batches if batch.table == table and batch.error is None}
            query = _counting(table, [str(batch.file) for batch in own.values()]) if own else ""
            for on, column, label, position, rows in connection.execute(query).fetchall() if query else ():
                counts.append(Count(table.full_name, on, own[on].content_id, column, label, position, rows))
    return counts


class Profiles:
    """The distributions kept in one home."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _opened(self) -> AbstractContextManager[sqlite3.Connection]:
        return opened(self._path, _SCHEMA)

    def keep(self, batches: Sequence[Landed], counts: Iterable[Count]) -> None:
        """Keeps the counts of these batches, in place of all that was counted for their tables and dates before."""
        with self._opened() as connection:
            connection.executemany(
                "delete from profiles where source = ? and table_name = ? and business_date = ?",
                [(batch.table.source, batch.table.name, str(batch.on)) for batch in batches],
            )
            connection.executemany(
                "insert into profiles values (?, ?, ?, ?, ?, ?, ?, ?)",
                [(*each.table.split("."), str(each.on), *each[2:]) for each in counts],
            )

    def since(self, first: dict[Table, date], last: date) -> list[Count]:
        """The counts of each of these tables from its date on, to `last`."""
        counts = []
        with self._opened() as connection:
            for table, on in first.items():
                rows = connection.execute(
                    "select business_date, content_id, column_name, bin, position, rows from profiles"
                    " where source = ? and table_name = ? and business_date between ? and ?",
                    (table.source, table.name, str(on), str(last)),
                ).fetchall()
                counts += [Count(table.full_name, date.fromisoformat(row[0]), *row[1:]) for row in rows]
        return counts
