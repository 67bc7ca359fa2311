"""Decided lists as state: frozen once as Parquet, a folder a date, read ever after.

Belongs here: freezing, and showing what was decided to the warehouse. Not here: deciding (dbt_project/models/decisions),
sending (integrations/delivery). A decided date never changes: lists that left the house cannot be taken back by a rerun.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from foundation.durable import appear
from foundation.sql import quoted
from integrations.warehouse.connection import WarehouseError, parquet

TABLES = ("list_entries", "decision_trace")


def decided_dates(folder: Path) -> list[date]:
    """The dates decided so far, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(date.fromisoformat(path.name) for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def freeze(connection: duckdb.DuckDBPyConnection, folder: Path, on: date) -> dict[str, int]:
    """Writes the decided tables of schema `decisions` as the state of one date; a folder appears whole or not at all.

    Returns rows by table. Errors: FileExistsError, when the date was frozen already; WarehouseError, when what stands
    decided is about another date.
    """
    final, draft = folder / on.isoformat(), folder / f".{on.isoformat()}"
    if final.exists():
        raise FileExistsError(f"{on} is decided already, and a decided date is frozen")
    for table in TABLES:
        if connection.execute(f"from decisions.{table} where business_date is distinct from ? limit 1", [on]).fetchone():
            raise WarehouseError(f"decisions.{table} is not about {on}: decide that date first, with its gate")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    counts = {}
    for table in TABLES:
        path = draft / f"{table}.parquet"
        connection.execute(f"copy (select * from decisions.{table}) to {quoted(path)} (format parquet, compression zstd)")
        counts[table] = int((connection.execute(f"select count(*) from {parquet([path])}").fetchone() or (0,))[0])
    appear(draft, final)
    return counts


def frozen_files(folder: Path, table: str, *, last: date | None = None) -> list[Path]:
    """The Parquet files of one decided table, oldest first."""
    dates = [on for on in decided_dates(folder) if last is None or on <= last]
    return [folder / on.isoformat() / f"{table}.parquet" for on in dates]


# the shape of an earlier entry as the deciding models look back on it
_EARLIER = "business_date date, entry_id varchar, strategy_id varchar, occasion_id varchar, customer_id varchar, arm varchar"


def show_earlier_entries(connection: duckdb.DuckDBPyConnection, folder: Path, before: date) -> None:
    """Puts the entries decided before a date into `control.earlier_entries`, for the rules that look back."""
    connection.execute(f"create or replace table control.earlier_entries ({_EARLIER})")
    files = [path for path in frozen_files(folder, "list_entries") if date.fromisoformat(path.parent.name) < before]
    if files:
        columns = ", ".join(column.split()[0] for column in _EARLIER.split(", "))
        connection.execute(f"insert into control.earlier_entries select {columns} from {parquet(files)}")


_SENT = "delivery_id varchar, customer_id varchar, channel varchar, strategy_id varchar"


def show_earlier_messages(
    connection: duckdb.DuckDBPyConnection, folder: Path, before: date, *, operations: Mapping[str, str]
) -> None:
    """Puts what the entries decided before a date were sent as into `control.earlier_messages`, for what comes back about them.

    The id is the one of integrations/delivery/records.py; `operations` says what is done at each destination.
    """
    connection.execute(f"create or replace table control.earlier_messages ({_SENT})")
    files = [path for path in frozen_files(folder, "list_entries") if date.fromisoformat(path.parent.name) < before]
    if files and operations:
        done = (
            "case destination " + " ".join(f"when {quoted(to)} then {quoted(what)}" for to, what in operations.items()) + " end"
        )
        sent = f"left(sha256(entry_id || '|' || destination || '|' || {done}), 32)"
        connection.execute(
            f"insert into control.earlier_messages select {sent}, customer_id, channel, strategy_id from {parquet(files)}"
            " where arm = 'treatment' and destination is not null"
        )
