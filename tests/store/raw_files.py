"""Raw files as the intake leaves them: contract types, with _deleted, _file, _landed_on, _kind and _faults. No test is here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from foundation.contract import Column, Table

_ARROW = {
    "text": pa.string(),
    "json": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "decimal": pa.decimal128(18, 2),
    "rate": pa.decimal128(9, 6),
    "decimal(18,8)": pa.decimal128(18, 8),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
}


_FAULTS = pa.list_(pa.struct([(name, pa.string()) for name in ("column_name", "reason", "raw_value")]))


def _array(column: Column, values: list[Any]) -> pa.Array:
    kind = _ARROW[column.type]
    if pa.types.is_decimal(kind):
        values = [None if value is None else Decimal(str(value)) for value in values]
    return pa.array(values, kind)


def write_raw(file: Path, table: Table, on: date, rows: Sequence[dict[str, Any]]) -> Path:
    """Writes these rows as one batch: what a row does not name is null, and it is deleted only where it says `_deleted`."""
    columns = {column.name: _array(column, [row.get(column.name) for row in rows]) for column in table.columns}
    extras = {
        "_deleted": pa.array([bool(row.get("_deleted")) for row in rows], pa.bool_()),
        "_file": pa.array(["a.csv"] * len(rows), pa.string()),
        "_landed_on": pa.array([on] * len(rows), pa.date32()),
        "_kind": pa.array([row.get("_kind") for row in rows], pa.string()),
        "_faults": pa.array([row.get("_faults") for row in rows], _FAULTS),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns | extras), file)
    return file
