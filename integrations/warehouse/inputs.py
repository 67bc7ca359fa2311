"""Which inputs of rules have landed: tables, columns of them, and values of a column, as profile.yml and tags.yml name them.

Belongs here: how an input is written, and looking for it in schema `raw`. Not here: which inputs there are
(assets/rule_inputs.py), what follows from one that never landed (dbt_project/).

`core_banking.customers` has landed once a gate let a batch of it through; `core_banking.customers.risk_level` once a row that
counts has a value there, `core_banking.transactions.transaction_type=salary` once one has that value. Of alternatives, joined by
` or `, one is enough. The first row found ends the search, and DuckDB's own statistics pass over blocks of a column without a
value: so this costs little every day, and says the same after a rebuild.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from foundation.contract import Table, landing_tables
from integrations.warehouse.rows import warehouse_columns

INPUT_TYPES = {"input": "varchar", "has_landed": "boolean"}


class InputError(ValueError):
    """An input is nothing that can land. The message names it and says why."""


@dataclass(frozen=True)
class Part:
    """One alternative of an input."""

    table: Table
    column: str | None = None
    value: str | None = None


def parts_of(name: str) -> tuple[Part, ...]:
    """The alternatives of an input. Errors: InputError."""
    return tuple(_part(part) for part in name.split(" or "))


def _part(name: str) -> Part:
    path, has_value, value = name.partition("=")
    source, _, rest = path.partition(".")
    relation, _, column = rest.partition(".")
    table = next((table for table in landing_tables() if table.full_name == f"{source}.{relation}"), None)
    if table is None:
        raise InputError(f"{name!r} is of no table of the landing contract")
    if not column and not has_value:
        return Part(table)
    if column.startswith("_") or column not in dict(warehouse_columns(table)):
        raise InputError(f"{name!r} is no column that the warehouse has of {table.full_name}")
    if not has_value:
        return Part(table, column)
    allowed = table.column(column).allowed
    if allowed and value not in allowed:
        raise InputError(f"{name!r} is no value of {column}: it is one of {', '.join(allowed)}")
    return Part(table, column, value)


def write_inputs(connection: duckdb.DuckDBPyConnection, named: Iterable[str]) -> None:
    """Writes `control.inputs`, one row per input, from `control.source_tables` and schema `raw`. Errors: InputError."""
    tables = connection.execute("select source || '.' || table_name from control.source_tables where has_landed").fetchall()
    landed = {name for (name,) in tables}
    rows = [(name, any(_has_landed(connection, part, landed) for part in parts_of(name))) for name in sorted(set(named))]
    columns = ", ".join(f"{name} {sql_type}" for name, sql_type in INPUT_TYPES.items())
    connection.execute("begin")
    connection.execute(f"create or replace table control.inputs ({columns})")
    if rows:
        connection.executemany("insert into control.inputs values (?, ?)", rows)
    connection.execute("commit")


def _has_landed(connection: duckdb.DuckDBPyConnection, part: Part, landed: set[str]) -> bool:
    if part.table.full_name not in landed:
        return False
    if part.column is None:
        return True
    said, given = ("is not null", []) if part.value is None else ("= ?", [part.value])
    found = f'select 1 from raw.{part.table.relation} where "{part.column}" {said} limit 1'
    return connection.execute(found, given).fetchone() is not None
