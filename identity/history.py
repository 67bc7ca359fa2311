"""What identities were, as state: which customer each record belonged to, a folder a business date, written once.

Belongs here: reading and writing these files. Not here: what they mean for a customer's id (ids.py). A folder holds what the
date changed: `assignments` (a record and its customer from then on; none, where the record went) and `changes` (merges and
splits). Only dates whose marts were finished count: what a closed gate held back was never published. A date that is run again
replaces its own folder by the same.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

import duckdb

from foundation.durable import appear, settle
from foundation.sql import quoted
from identity.normalise import SCANNED

ASSIGNMENTS = (
    f"business_date date, record_source varchar, record_id {SCANNED}, customer_id {SCANNED}, rank varchar, is_founder boolean"
)
CHANGES = "business_date date, change varchar, from_customer_id varchar, to_customer_id varchar, cause varchar, evidence varchar"
_TABLES = {"assignments": ASSIGNMENTS, "changes": CHANGES}


def dates(folder: Path) -> list[date]:
    """The dates that have a folder, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(date.fromisoformat(path.name) for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


class HistoryError(RuntimeError):
    """The history of ids is not what it was. The message names the place and the mend."""


def before(folder: Path, on: date, counted: Collection[date]) -> list[date]:
    """The dates that count before this one, oldest first. Errors: HistoryError, where one has no folder: ids given on it would be
    given to others."""
    wanted = sorted(each for each in counted if each < on)
    lost = sorted(set(wanted) - set(dates(folder)))
    if lost:
        raise HistoryError(
            f"{folder} has no folder {lost[0]}, though that date was finished ({len(lost)} such dates): customers' ids rest on"
            " it. Bring the folder back from a backup, or restore the home (`make restore`, docs/6-recover.md)"
        )
    return wanted


def digest(folder: Path, of: Sequence[date]) -> str:
    """What tells the newest date's files from others of the same date; empty without dates."""
    told = hashlib.sha256()
    for name in _TABLES if of else ():
        told.update((folder / str(of[-1]) / f"{name}.parquet").read_bytes())
    return told.hexdigest() if of else ""


def show(
    connection: duckdb.DuckDBPyConnection, folder: Path, of: Collection[date], *, again: Collection[date], is_held: bool
) -> None:
    """Makes `assignments` and `earlier_changes` of these dates, each of which has a folder; and `undone` and `undone_changes`,
    the same of the date itself, where it was finished before and is run again.

    `is_held`: the vault has the assignments of just these dates; else they are read into it, and it is no more settled.
    """
    for table, columns, name, dates_of in (
        ("earlier_changes", CHANGES, "changes", of),
        ("undone_changes", CHANGES, "changes", again),
        ("undone", ASSIGNMENTS, "assignments", again),
    ):
        connection.execute(f"create or replace temp table {table} ({columns})")
        _read(connection, folder, dates_of, name, table)
    if not is_held:
        kept = "vault.identity.assignments"
        connection.execute(f"begin; delete from vault.identity.settled; create or replace table {kept} ({ASSIGNMENTS})")
        _read(connection, folder, of, "assignments", kept)
        connection.execute("commit")
    connection.execute("create or replace temp view assignments as from vault.identity.assignments")


def _read(connection: duckdb.DuckDBPyConnection, folder: Path, of: Collection[date], name: str, into: str) -> None:
    files = ", ".join(quoted(folder / str(on) / f"{name}.parquet") for on in of)
    if files:
        connection.execute(f"insert into {into} from read_parquet([{files}])")


def write(connection: duckdb.DuckDBPyConnection, folder: Path, on: date) -> None:
    """Writes `new_assignments` and `new_changes` as the date's folder, which appears whole or not at all.

    A date that is run again never goes without it.
    """
    final, draft = folder / str(on), folder / f".{on}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for name in _TABLES:
        path = quoted(draft / f"{name}.parquet")
        connection.execute(f"copy (from new_{name} order by all) to {path} (format parquet, compression zstd)")
    if not final.exists():
        appear(draft, final)
        return
    settle(draft)
    for name in _TABLES:
        (draft / f"{name}.parquet").replace(final / f"{name}.parquet")
    draft.rmdir()
    settle(final)
