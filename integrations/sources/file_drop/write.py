"""Taking batches in: landed files become one raw and, where needed, one quarantine Parquet file a date.

Belongs here: the entry, with its connection and its scratch folder. Not here: what is done for one table (intake.py),
the register of results (sources/registry.py).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb

from foundation.contract import Table
from foundation.engine import UNHELD, Engine
from foundation.home import Home
from integrations.sources.file_drop.cells import literal
from integrations.sources.file_drop.intake import Intake
from integrations.sources.file_drop.scan import Batch
from integrations.sources.registry import BatchResult

_SCRATCH = ".taking-in-"


def ingest(batches: Iterable[Batch], home: Home, *, time_zone: str, engine: Engine = UNHELD) -> list[BatchResult]:
    """Take the batches in and replace their files in raw/ and quarantine/; one result each, in the order given.

    `time_zone`: the bank's, to which timestamps with an offset are converted. A batch that cannot be taken in has
    `error` set and leaves its files as they were. Needs the home to itself.
    """
    ordered = list(batches)
    by_table: dict[Table, list[Batch]] = {}
    for batch in ordered:
        by_table.setdefault(batch.table, []).append(batch)
    sizes = {table: sum(_size(path) for batch in of_table for path in batch.files) for table, of_table in by_table.items()}
    tables = sorted(by_table, key=lambda table: sizes[table], reverse=True)  # none of the large ones begins last
    at_once = engine.threads or os.cpu_count() or 1
    # Where no table holds more than a core's share, tables side by side keep every core at work, and threads within a table
    # would wait for each other.
    within = 1 if max(sizes.values(), default=0) * at_once <= sum(sizes.values()) else engine.threads
    results: dict[tuple[Table, date], BatchResult] = {}
    with _scratch(home) as scratch, _connection(scratch, replace(engine, threads=within)) as connection:

        def take_in(table: Table) -> list[BatchResult]:
            with closing(_session(connection, time_zone)) as session:
                return Intake(session, table, by_table[table], home, scratch, time_zone).run()

        for table, of_table in zip(tables, _side_by_side(take_in, tables, at_once), strict=True):
            results |= {(table, result.on): result for result in of_table}
    return [results[(batch.table, batch.on)] for batch in ordered]


def _side_by_side(
    take_in: Callable[[Table], list[BatchResult]], tables: Sequence[Table], at_once: int
) -> Iterator[list[BatchResult]]:
    """Several tables at once: most files are small, and planning their queries, not reading them, is the work. What fails
    ends the rest."""
    pool = ThreadPoolExecutor(max_workers=at_once)
    try:
        yield from pool.map(take_in, tables)
    finally:
        pool.shutdown(cancel_futures=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone since it was listed: opening it tells
        return 0


@contextmanager
def _scratch(home: Home) -> Iterator[Path]:
    # On the home's own file system, so that a finished file is moved in one step.
    home.root.mkdir(parents=True, exist_ok=True)
    for left_by_a_killed_run in home.root.glob(f"{_SCRATCH}*"):
        shutil.rmtree(left_by_a_killed_run, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=home.root, prefix=_SCRATCH) as folder:
        yield Path(folder)


def _session(connection: duckdb.DuckDBPyConnection, time_zone: str) -> duckdb.DuckDBPyConnection:
    """A connection with temporary tables of its own."""
    session = connection.cursor()
    session.execute(f"set timezone = {literal(time_zone)}")
    session.execute("set enable_progress_bar = false")
    # One open file a date: closing and reopening them would leave several.
    session.execute("set partitioned_write_max_open_files = 2000")
    return session


@contextmanager
def _connection(scratch: Path, engine: Engine) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect()) as connection:
        replace(engine, spill=scratch / "spill").hold(connection)
        yield connection
