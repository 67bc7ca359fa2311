"""Accepted and refused rows of one table as Parquet files by date, each put in its place in one step.

Belongs here: writing by date and replacing. Not here: which rows those are (settle.py), nor which dates (intake.py).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from foundation.contract import Table
from foundation.home import Home
from integrations.sources.file_drop.cells import literal
from integrations.sources.file_drop.parse import PARQUET
from integrations.sources.file_drop.settle import accepted_query, raw_columns


class Replacer:
    """Writes what `settle` left for one table and these dates."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, table: Table, dates: Sequence[date], home: Home, scratch: Path
    ) -> None:
        self._connection, self._table, self._dates, self._home, self._scratch = connection, table, dates, home, scratch
        self._query = accepted_query(table)

    def write(self, whole: Mapping[date, Path]) -> None:
        """Replace the files of every date, those without rows included.

        `whole`: stages that are a date's raw file as they stand; they are moved, and cannot be read from here on.
        """
        table, home = self._table, self._home
        # A run killed among these is seen by the records that it had dropped (registry.forget), and all is taken in again.
        refused = self._copy("select * from quarantined order by file, line, column_name", "business_date", "quarantine")
        taken = self._taken(whole)
        taken |= self._empty([on for on in self._dates if on not in taken])
        for on in self._dates:
            quarantine = home.quarantine_batch(table.source, table.name, on)
            if on in refused:
                _replace(refused[on], quarantine)
            else:
                quarantine.unlink(missing_ok=True)
            _replace(taken[on], home.raw_batch(table.source, table.name, on))

    def _taken(self, whole: Mapping[date, Path]) -> dict[date, Path]:
        if not whole:
            return self._copy(self._query, "_landed_on", "raw")
        if len(whole) == len(self._dates):
            return dict(whole)
        dates = ", ".join(f"date '{on}'" for on in whole)
        rest = self._copy(f"select * from ({self._query}) where _landed_on not in ({dates})", "_landed_on", "raw")
        return {**rest, **whole}

    def _copy(self, query: str, by: str, name: str) -> dict[date, Path]:
        """Write the query as one file a date; dates without rows have none."""
        folder = self._scratch / name
        if len(self._dates) == 1:
            folder.mkdir()
            file = folder / "one.parquet"
            written = self._connection.execute(f"copy ({query}) to {literal(str(file))} ({PARQUET})").fetchone()
            return {self._dates[0]: file} if written and written[0] else {}
        self._connection.execute(
            f"copy ({query}) to {literal(str(folder))} ({PARQUET}, partition_by ({by}), write_partition_columns true)"
        )
        return {date.fromisoformat(part.name.partition("=")[2]): self._one_file(part) for part in folder.glob(f"{by}=*")}

    def _one_file(self, part: Path) -> Path:
        files = sorted(part.glob("*.parquet"))
        if len(files) == 1:
            return files[0]
        whole = part / "whole.parquet"
        source = f"read_parquet({literal(str(part / 'data_*.parquet'))}, hive_partitioning = false)"
        self._connection.execute(f"copy (from {source}) to {literal(str(whole))} ({PARQUET})")
        return whole

    def _empty(self, dates: Sequence[date]) -> dict[date, Path]:
        """A file without rows for each of these dates."""
        if not dates:
            return {}
        files = {on: self._scratch / f"empty-{on}.parquet" for on in dates}
        first, *others = files.values()
        columns = f"select {raw_columns(self._table)} from landed limit 0"
        self._connection.execute(f"copy ({columns}) to {literal(str(first))} ({PARQUET})")
        for other in others:
            shutil.copyfile(first, other)
        return files


def _replace(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    file.replace(target)
