"""Change logs of the warehouse that nothing else can give back: restored from their published files.

Belongs here: putting a log back into a warehouse that was built anew, and showing what it holds of earlier dates. Not here:
writing the log (dbt_project/), publishing it (publish.py). A log holds a row per change on each processed date; which dates
were processed is history, not a rule.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from integrations.warehouse.connection import parquet

LOGS = ("tag_changes", "segment_changes", "moments")


def restore_logs(connection: duckdb.DuckDBPyConnection, published: Path) -> list[str]:
    """Creates each log that schema `marts` lacks from its published files, and names those it created."""
    restored = []
    for name in LOGS:
        files = sorted((published / name).glob("*.parquet"))
        if files and not _stands(connection, name):
            connection.execute("create schema if not exists marts")
            connection.execute(f"create table marts.{name} as select * from {parquet(files)}")
            restored.append(name)
    return restored


_EARLIER_TAGS = "cast(null as date) as business_date, '' as customer_id, '' as tag_code, '' as change"


def show_earlier_tags(connection: duckdb.DuckDBPyConnection, before: date) -> None:
    """Shows the tag changes of the dates before one as `control.earlier_tag_changes`: that date's own are found against them.

    A view, for the log is long; where there is no log yet, an empty one.
    """
    is_begun = _stands(connection, "tag_changes")
    rows = f"from marts.tag_changes where business_date < date '{before}'" if is_begun else f"select {_EARLIER_TAGS} limit 0"
    connection.execute(f"create or replace view control.earlier_tag_changes as {rows}")


def _stands(connection: duckdb.DuckDBPyConnection, log: str) -> bool:
    there = "select 1 from duckdb_tables() where database_name = current_database() and schema_name = 'marts' and table_name = ?"
    return connection.execute(there, [log]).fetchone() is not None
