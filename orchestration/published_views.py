"""A home's published tables as a reader finds them: Parquet files, under their names as views.

Belongs here: opening them for a report or a check. Not here: what is asked of them (tag_report.py, demo_check.py), how they
come to be published (integrations/warehouse/publish.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb


class NotPublishedError(ValueError):
    """A table is not there, or has no row. The message names it and its folder."""


@contextmanager
def published_views(published: Path, tables: Iterable[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in which each of the tables is a view, and none is empty. Errors: NotPublishedError."""
    with duckdb.connect() as connection:
        for table in tables:
            files = sorted(str(path) for path in (published / table).glob("*.parquet"))
            if not files:
                raise NotPublishedError(f"{table} is not published in {published}: process a date first")
            listed = ", ".join("'" + path.replace("'", "''") + "'" for path in files)
            connection.execute(f"create view {table} as from read_parquet([{listed}], union_by_name => true)")
            if not connection.execute(f"select 1 from {table} limit 1").fetchone():
                raise NotPublishedError(f"{table} in {published} has no row: process a date on which customers landed")
        yield connection
