"""What the warehouse's rows are: the columns kept, the key, and which landed row counts of each key.

Belongs here: the landing contract's meaning as SQL text. Not here: which keys are worked out anew, and when (apply.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from foundation.contract import Column, Table
from foundation.sql import quoted
from integrations.warehouse.connection import parquet
from integrations.warehouse.vault import HASHED, is_vaulted_column

# how a value is written before it is hashed, where sources may write the same one differently
_NORMAL = {"id_number": "upper(trim({}))"}


def warehouse_columns(table: Table) -> list[tuple[str, str]]:
    """Name and SQL type of a table's columns in the warehouse: none is pii; a pii key part stands as its keyed hash."""
    kept = [(warehouse_name(table, c.name), "varchar" if c.pii else c.sql_type) for c in table.columns if is_kept(table, c)]
    return [*kept, ("_landed_on", "date")]


def is_kept(table: Table, column: Column) -> bool:
    """Whether the warehouse has the column at all: pii only as a keyed hash."""
    return not column.pii or is_hashed(table, column)


def is_hashed(table: Table, column: Column) -> bool:
    """Whether the warehouse has a keyed hash in the column's place: pii that is part of a key, or tells records apart."""
    return column.pii and (column.name in table.key or (table.full_name, column.name) in HASHED)


def warehouse_name(table: Table, column: str) -> str:
    """What the warehouse calls a column."""
    return f"{column}_hash" if table.column(column).pii else column


def warehouse_key(table: Table) -> str:
    """The key as the warehouse names it, for use in SQL."""
    return ", ".join(warehouse_name(table, name) for name in table.key)


def projected(table: Table, files: Sequence[Path], hash_key: str) -> str:
    """SQL for the rows of these raw files as the warehouse names them, with the vault's columns where the table has any."""
    parts = []
    for column in table.columns:
        if is_hashed(table, column):
            value = _NORMAL.get(column.name, "{}").format(column.name)
            parts.append(f"sha256({quoted(hash_key)} || {value}) as {column.name}_hash")
        if not column.pii or is_vaulted_column(table, column):
            parts.append(column.name)
    return f"select {', '.join(parts)}, _landed_on, _deleted from {parquet(files)}"


def winners(table: Table, candidates: str) -> str:
    """SQL for the row that counts of each key: later folders win unless their version is older; a delete removes what stands
    in earlier folders. Within a folder the intake has settled the order: a row beside its key's removal comes after it.

    Only keys that stand several times, or were removed, are ranked; all others pass by, so that a history need not be sorted.
    """
    key = warehouse_key(table)
    order = f"{table.version} desc nulls last, " if table.version else ""
    hashed = f"select *, hash({key}) as _hash from ({candidates})"
    return f"""
        with doubtful as materialized (
            select _hash from ({hashed}) group by _hash having count(*) > 1 or bool_or(_deleted)
        ), standing as (
            select *, max(case when _deleted then _landed_on end) over (partition by {key}) as _deleted_on
            from ({hashed}) semi join doubtful using (_hash)
        ), ranked as (
            select *, row_number() over (partition by {key} order by {order}_landed_on desc) as _rank
            from standing where not _deleted and (_deleted_on is null or _landed_on >= _deleted_on)
        )
        select * exclude (_hash) from ({hashed}) anti join doubtful using (_hash)
        union all by name
        select * exclude (_hash, _deleted_on, _rank) from ranked where _rank = 1
    """
