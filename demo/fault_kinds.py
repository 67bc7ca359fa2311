"""Every fault that the landing contract can refuse, table by table, read off the contract itself.

Belongs here: which reasons each column can be refused for, and values that earn them. Not here: which fault is planted where
and when (faults.py), how a line is broken (writing.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from foundation.contract import Column, Table, landing_table

_WHOLE = "99999999999999999999"
BAD_VALUES: dict[str, tuple[str, ...]] = {
    "date": ("2025-02-30", "2025-13-01", "yesterday", "2025/01/05", "20250105"),
    "timestamp": ("2025-02-30 10:00:00", "2025-01-01 25:61:00", "noon", "01/02/2025 10:00"),
    "integer": ("soon", "12.5", _WHOLE, "1_000"),
    "decimal": ("n/a", "12345678901234567.00", "1.234,50", _WHOLE, "0x1F"),
    "rate": ("five", "4250.5", "3.5%"),
    "decimal(18,8)": ("dear", "12345678901.5", "7,1"),
    "boolean": ("perhaps", "yes", "2"),
    "json": ('{"open": ', "NaN", "stay_seconds=5"),
}
_STANDS_FOR = {"boolean": "false", "json": "{}", "integer": "1", "decimal": "1.00", "rate": "0.01", "decimal(18,8)": "1.00"}
CSV_BREAKS = ("too_many_fields", "too_few_fields", "open_quote", "bad_bytes")
JSON_BREAKS = ("cut_json", "no_object", "bad_bytes")


@dataclass(frozen=True)
class Fault:
    """One kind of fault of a table. `values`: what may stand in the column instead of what belongs there (None: nothing);
    `formats`: which files can hold it; `broken`: how the line is broken, where it is the line that is at fault."""

    reason: str
    column: str | None
    values: tuple[str | None, ...] = (None,)
    kind: str = "row"
    formats: tuple[str, ...] = ("parquet", "csv", "jsonl")
    broken: str | None = None


def _of_column(column: Column, *, is_key: bool) -> list[Fault]:
    kind = "row" if column.required else "cell"
    found = [Fault("null_key" if is_key else "null_value", column.name)] if column.required else []
    if column.type in BAD_VALUES:
        formats = Fault.formats if column.type == "json" else ("csv", "jsonl")  # a typed file cannot hold the others
        found.append(Fault("bad_key" if is_key else "bad_type", column.name, BAD_VALUES[column.type], kind, formats))
    if column.allowed:
        found.append(Fault("not_allowed", column.name, ("fax", "?", column.allowed[0].swapcase()), kind))
    return found


@cache
def faults_of(full_name: str) -> tuple[Fault, ...]:
    """All that a table's rows can be refused for, every column's every reason once."""
    table = landing_table(full_name)
    text = ("csv", "jsonl")
    found = [Fault("malformed_row", None, formats=("csv",), broken=how) for how in CSV_BREAKS]
    found += [Fault("malformed_row", None, formats=("jsonl",), broken=how) for how in JSON_BREAKS]
    found.append(Fault("bad_type", "_deleted", BAD_VALUES["boolean"], formats=text))
    for column in table.columns:
        found += _of_column(column, is_key=column.name in table.key)
    # Reasons in turn, so that the first few are of many kinds.
    place: dict[str, int] = {}
    ranked = []
    for fault in found:
        place[fault.reason] = place.get(fault.reason, 0) + 1
        ranked.append((place[fault.reason], fault))
    return tuple(fault for _, fault in sorted(ranked, key=lambda each: each[0]))


def sound_row(table: Table, name: str, on: date) -> dict[str, str | None]:
    """A row, as text, in which nothing is wrong and whose key nobody else has: to put one fault in."""
    return {column.name: _sound_value(table, column, name, on) for column in table.columns}


def _sound_value(table: Table, column: Column, name: str, on: date) -> str | None:
    if not column.required:
        return None
    if column.allowed:
        return column.allowed[0]
    if column.type in ("date", "timestamp"):
        return str(on) if column.type == "date" else f"{on} 00:00:00"
    return _STANDS_FOR.get(column.type, name if column.name in table.key else "unknown")
