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
        if files and not _stands(connection, "marts", name):
            connection.execute("create schema if not exists marts")
            connection.execute(f"create table marts.{name} as select * from {parquet(files)}")
            restored.append(name)
    return restored


_HELD_BY_THE_LOG = """
with logged as (
    select
        customer_id, tag_code,
        max(case when change = 'entered' then business_date end) as entered_on,
        max(case when change = 'left' then business_date end) as left_on
    from marts.tag_changes where business_date < date '{before}'
    group by customer_id, tag_code
)
select customer_id, tag_code, entered_on as since from logged where entered_on > coalesce(left_on, date '0001-01-01')
"""
# what the marts of an earlier date held at its end, those of the very date when it began
_HELD_BY_THE_MARTS = """
select tagged.customer_id, tagged.tag_code, tagged.since
from intermediate.int_customers_tagged as tagged
cross join control.run
where tagged.change is distinct from case when tagged.business_date = run.as_of_date then 'entered' else 'left' end
"""
# both sides of one date: as many changes, and the same ones
_CHANGES = "select count(*), sum(hash(customer_id, tag_code, change)) from {table} where business_date = ? and change is not null"


def show_earlier_tags(connection: duckdb.DuckDBPyConnection, before: date) -> None:
    """Shows the tags that stood when a date began as `control.earlier_tags`: that date's own changes are found against them.

    They are what the log of the earlier dates adds up to. The log grows with every date, so they are read from the marts of the
    newest date that it holds wherever these still stand and agree with it. A view either way; empty where there is no log yet.
    """
    if not _stands(connection, "marts", "tag_changes"):
        held = "select '' as customer_id, '' as tag_code, cast(null as date) as since limit 0"
    elif _marts_agree_with_the_log(connection, before):
        held = _HELD_BY_THE_MARTS
    else:
        held = _HELD_BY_THE_LOG.format(before=before)
    connection.execute(f"create or replace view control.earlier_tags as {held}")


def _marts_agree_with_the_log(connection: duckdb.DuckDBPyConnection, before: date) -> bool:
    """Whether the tags that stand are those of the date, or of the newest one that the log holds before it."""
    if not _stands(connection, "intermediate", "int_customers_tagged", "business_date"):
        return False
    of = _value(connection, "select max(business_date) from intermediate.int_customers_tagged")
    logged = _value(connection, "select max(business_date) from marts.tag_changes where business_date < ?", before)
    if of is None or of > before or (logged is not None and of < logged):
        return False
    # of the very date the log may lack what the marts of it found, as when a run was killed between the two
    tables = ("intermediate.int_customers_tagged", "marts.tag_changes")
    tagged, log = (connection.execute(_CHANGES.format(table=table), [of]).fetchone() for table in tables)
    return bool(of == before or tagged == log)


def _value(connection: duckdb.DuckDBPyConnection, query: str, *parameters: date) -> date | None:
    found: tuple[date | None] = connection.execute(query, list(parameters)).fetchone() or (None,)
    return found[0]


def _stands(connection: duckdb.DuckDBPyConnection, schema: str, table: str, column: str = "business_date") -> bool:
    """Whether a table stands that has a column. Not so of one that an earlier version of the models made without it."""
    there = (
        "select 1 from duckdb_columns() where database_name = current_database()"
        " and schema_name = ? and table_name = ? and column_name = ?"
    )
    return connection.execute(there, [schema, table, column]).fetchone() is not None
