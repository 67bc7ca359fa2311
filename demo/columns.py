"""Arrow columns from numpy arrays, without a Python loop over rows.

Belongs here: how numbers become text, money, dates and times. Not here: which columns a table has (*_records.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo.draws import Array

Column = Any  # pyarrow has no types of its own
MONEY = pa.decimal128(18, 2)
RATE = pa.decimal128(9, 6)


def blank(column: Column, where: Array) -> Column:
    """The column with null wherever `where` is true."""
    return pc.if_else(pa.array(where), pa.scalar(None, type=column.type), column)


def spread(column: Column, where: Array) -> Column:
    """A column of the rows that `where` names, among all rows; null in the others."""
    return column.take(pa.array(np.cumsum(where) - 1, mask=~where))


def numbered(prefix: str, numbers: Array, width: int) -> Column:
    """`C00000042` from prefix C, number 42 and width 8."""
    text = pc.utf8_lpad(pc.cast(pa.array(numbers.astype(np.int64)), pa.string()), width, "0")
    return joined(prefix, text)


def joined(*parts: Any) -> Column:
    """Text columns (and plain strings) joined end to end; null where a part is null."""
    return pc.binary_join_element_wise(*parts, "")


def picked(words: tuple[str, ...] | list[str], index: Array) -> Column:
    """The word at each index."""
    return pa.array(list(words), pa.string()).take(pa.array(index.astype(np.int64)))


def plain(numbers: Array) -> Column:
    return pc.cast(pa.array(numbers.astype(np.int64)), pa.string())


def _decimal(units: Array, kind: Any) -> Column:
    wide = np.empty((len(units), 2), dtype="<i8")
    wide[:, 0] = units
    wide[:, 1] = np.where(units < 0, -1, 0)
    return pa.Array.from_buffers(kind, len(units), [None, pa.py_buffer(wide.tobytes())])


def money(cents: Array) -> Column:
    """decimal(18,2) from whole cents."""
    return _decimal(cents, MONEY)


def rate(millionths: Array) -> Column:
    """decimal(9,6) from millionths."""
    return _decimal(millionths, RATE)


def dates(days: Array) -> Column:
    return pa.array(days.astype(np.int32)).cast(pa.date32())


def moments(days: Array, seconds: Array) -> Column:
    """Timestamps to the second, without offset: the bank's own time."""
    return pa.array(days.astype(np.int64) * 86_400 + seconds.astype(np.int64)).cast(pa.timestamp("s"))


def nothing(rows: int) -> Column:
    return pa.nulls(rows, pa.string())


def repeated(value: str, rows: int) -> Column:
    return pa.repeat(pa.scalar(value, pa.string()), rows)
