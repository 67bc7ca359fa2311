"""A table of text as lines of CSV or JSON, without a Python loop over rows; and how a line is broken.

Belongs here: quoting, escaping, breaking. Not here: line ends and files (writing.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo.draws import Array

MARK = b"\xef\xbb\xbf"  # the byte-order mark
_TEXT = pa.large_string()
_OTHER_ENCODING = "客户".encode("gbk")


def as_text(rows: pa.Table) -> pa.Table:
    """Every column as the text that a text file holds."""
    return pa.table({name: pc.cast(rows.column(name), pa.string()) for name in rows.column_names})


def header(rows: pa.Table) -> bytes:
    return ",".join(rows.column_names).encode()


def csv_lines(rows: pa.Table) -> Any:
    """A line per row, without its end; what needs quotes has them, and null is empty."""
    columns = [_quoted(pc.fill_null(_column(rows, name), "")) for name in rows.column_names]
    return pc.binary_join_element_wise(*columns, pa.scalar(",", _TEXT))


def json_lines(rows: pa.Table) -> Any:
    """An object per row."""
    last = rows.column_names[-1]
    parts: list[Any] = [pa.scalar("{", _TEXT)]
    for name in rows.column_names:
        column = _column(rows, name)
        told = pc.binary_join_element_wise(pa.scalar('"', _TEXT), _escaped(column), pa.scalar('"', _TEXT), pa.scalar("", _TEXT))
        parts += [pa.scalar(f'"{name}": ', _TEXT), pc.fill_null(told, "null"), pa.scalar("}" if name == last else ", ", _TEXT)]
    return pc.binary_join_element_wise(*parts, pa.scalar("", _TEXT))


def line_breaks_inside(rows: pa.Table) -> Array:
    """How many line ends stand within each row's values."""
    total = np.zeros(rows.num_rows, dtype=np.int64)
    for column in rows.columns:
        if any(_holds(chunk, "\n") for chunk in column.chunks):
            total += pc.fill_null(pc.count_substring(column, "\n"), 0).to_numpy()
    return total


def broken(line: bytes, how: str) -> bytes:
    """The line as something that is no record. It stands for nobody: only rows made to be refused are broken."""
    if how == "too_many_fields":
        return line + b",one,too,many"
    if how == "too_few_fields":
        return b",".join(line.split(b",")[:2])
    if how == "open_quote":
        return line.replace(b",", b',"never closed', 1)
    if how == "cut_json":
        return line[: len(line) // 2]
    if how == "no_object":
        return b'["no", "object"]'
    if how == "bad_bytes":
        return line.replace(b"BAD-", _OTHER_ENCODING + b"BAD-", 1)
    raise ValueError(f"no way to break a line is called {how}")


def _column(rows: pa.Table, name: str) -> Any:
    return pc.cast(rows.column(name), _TEXT).combine_chunks()


def _quoted(column: Any) -> Any:
    if not _holds(column, '",\r\n'):
        return column
    needs = pc.match_substring_regex(column, '[",\r\n]')
    doubled = pc.replace_substring(column, '"', '""')
    quote = pa.scalar('"', _TEXT)
    return pc.if_else(needs, pc.binary_join_element_wise(quote, doubled, quote, pa.scalar("", _TEXT)), column)


def _escaped(column: Any) -> Any:
    for raw, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        if _holds(column, raw):
            column = pc.replace_substring(column, raw, escape)
    return column


def _holds(column: Any, characters: str) -> bool:
    """Whether any of its values may hold one of these characters: a look at the bytes, far cheaper than one at each value."""
    data = column.buffers()[2]
    if data is None:
        return False
    held = np.frombuffer(data, dtype=np.uint8)
    return any(bool((held == ord(character)).any()) for character in characters)
