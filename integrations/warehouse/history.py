"""Change logs of the warehouse that nothing else can give back: restored from their published files.

Belongs here: putting a log back into a warehouse that was built anew. Not here: writing the log (dbt_project/), publishing it
(publish.py). A log holds a row per change on each processed date; which dates were processed is history, not a rule.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from integrations.warehouse.connection import parquet

LOGS = ("tag_changes", "segment_changes", "moments")


def restore_logs(connection: duckdb.DuckDBPyConnection, published: Path) -> list[str]:
    """Creates each log that schema `marts` lacks from its published files, and names those it created."""
    restored = []
    for name in LOGS:
        files = sorted((published / name).glob("*.parquet"))
        there = connection.execute(
            "select 1 from duckdb_tables() where database_name = current_database() and schema_name = 'marts' and table_name = ?",
            [name],
        ).fetchone()
        if files and not there:
            connection.execute("create schema if not exists marts")
            connection.execute(f"create table marts.{name} as select * from {parquet(files)}")
            restored.append(name)
    return restored
