"""Keeps the vault beside the warehouse: the pii columns of the tables that say how to reach people, in a file of its own.

Belongs here: what the vault holds, and changing it. Not here: which rows count (apply.py), who may read them (assets/).
Two files cannot change in one transaction. So the vault notes which batches its rows come from; where these are not the
batches that the warehouse has applied (a run was killed between the two, one file was deleted), its table is filled anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date

import duckdb

from foundation.contract import Column, Table

# the tables whose pii the vault keeps current, with the columns that it keeps of it (none named: all); that of events, and what
# people said, stays in raw storage alone
VAULTED: dict[str, frozenset[str]] = {
    "core_banking.customers": frozenset(),
    "app.users": frozenset(),
    "third_party.people": frozenset(),
    "call_centre.contacts": frozenset({"caller_number"}),
    "call_centre.tickets": frozenset({"caller_number"}),
}
# columns by which records are told apart, or found in other tables, though no key: the warehouse has them as keyed hashes
HASHED = frozenset(
    {
        ("call_centre.contacts", "caller_number"),
        ("call_centre.tickets", "caller_number"),
        ("core_banking.customers", "id_number"),
    }
)

_BOOKKEEPING = """
create schema if not exists vault.raw;
create schema if not exists vault.control;
create table if not exists vault.control.applied (table_name varchar primary key, batches varchar);
"""


def is_vaulted(table: Table) -> bool:
    """Whether the vault keeps this table's pii current."""
    return table.full_name in VAULTED


def is_vaulted_column(table: Table, column: Column) -> bool:
    """Whether the vault keeps this column of what identifies a person."""
    kept = VAULTED.get(table.full_name)
    return kept is not None and column.pii and (not kept or column.name in kept)


def vault_columns(table: Table) -> dict[str, str]:
    """Name and SQL type of the columns that the vault keeps of a vaulted table: its key and what identifies a person."""
    return {c.name: c.sql_type for c in table.columns if c.name in table.key or is_vaulted_column(table, c)}


def prepare_vault(connection: duckdb.DuckDBPyConnection, tables: Iterable[Table]) -> None:
    """Creates what is not there yet: an empty table per vaulted table, and the note of what was applied."""
    connection.execute(_BOOKKEEPING)
    for table in filter(is_vaulted, tables):
        columns = ", ".join(f"{name} {sql_type}" for name, sql_type in vault_columns(table).items())
        connection.execute(f"create table if not exists vault.raw.{table.relation} ({columns})")


def _mark(batches: Mapping[date, str]) -> str:
    listed = "\n".join(f"{on} {content_id}" for on, content_id in sorted(batches.items()))
    return hashlib.sha256(listed.encode()).hexdigest()


def is_in_step(connection: duckdb.DuckDBPyConnection, table: Table, applied: Mapping[date, str]) -> bool:
    """Whether the vault's rows of a table come from just these batches (date -> content)."""
    row = connection.execute("select batches from vault.control.applied where table_name = ?", [table.full_name]).fetchone()
    return (row[0] if row else _mark({})) == _mark(applied)


def swap_vault(
    connection: duckdb.DuckDBPyConnection, table: Table, batches: Mapping[date, str], *, gone: str | None, rows: str | None
) -> None:
    """Deletes the keys that the query `gone` selects (None: all), inserts the rows of the query `rows`, and notes the
    batches that the table now comes from: one transaction."""
    key, here = ", ".join(table.key), f"vault.raw.{table.relation}"
    columns = ", ".join(vault_columns(table))
    connection.execute("begin")
    connection.execute(f"delete from {here}" + (f" where ({key}) in (select ({key}) from ({gone}))" if gone else ""))
    if rows:
        connection.execute(f"insert into {here} ({columns}) select {columns} from ({rows})")
    connection.execute("insert or replace into vault.control.applied values (?, ?)", [table.full_name, _mark(batches)])
    connection.execute("commit")
