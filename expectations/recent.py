"""What is expected of a table's dates beside its own recent past: recent.yml as records.

Belongs here: reading the entries and refusing what is none. Not here: what is learned (learned.py), counting values
(profiles.py), the demands that follow (landing.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

import yaml

from expectations.demands import DemandError
from expectations.findings import Severity
from foundation.contract import Table, landing_tables

ENTRIES = Path(__file__).with_name("recent.yml")
_NUMBERS = {"integer", "decimal", "rate", "decimal(18,8)"}


@dataclass(frozen=True)
class Freshness:
    """How old the newest folder of a table may be."""

    max_age_days: int
    severity: Severity = "warning"


@dataclass(frozen=True)
class Recent:
    """One table's entry. `numbers` are numeric columns watched, `among` is the condition on the rows watched."""

    freshness: Freshness | None = None
    too_few: Severity = "warning"
    numbers: tuple[str, ...] = ()
    among: str = "true"


def watched_columns(table: Table, recent: Recent) -> dict[str, bool]:
    """The columns whose distribution is watched, and whether each is numeric; none of them identifies a person."""
    categories = [column for column in table.columns if (column.allowed or column.type == "boolean") and not column.pii]
    return {column.name: False for column in categories} | dict.fromkeys(recent.numbers, True)


def _severity(where: str, value: object) -> Severity:
    if value not in get_args(Severity):
        raise DemandError(f"{where}: severity is one of {', '.join(get_args(Severity))}, not {value!r}")
    return value  # type: ignore[return-value]


def _freshness(where: str, entry: Any) -> Freshness | None:
    if entry is None:
        return None
    days = entry.get("max_age_days") if isinstance(entry, dict) and entry.keys() <= {"max_age_days", "severity"} else None
    if not isinstance(days, int) or days < 1:
        raise DemandError(f"{where}: freshness needs max_age_days, at least 1, and may have a severity")
    return Freshness(days, _severity(where, entry.get("severity", "warning")))


def parse_recent(where: str, table: Table, entry: Mapping[str, Any]) -> Recent:
    """One table's entry. Errors: DemandError."""
    if unknown := sorted(entry.keys() - {"freshness", "too_few", "numbers", "among"}):
        raise DemandError(f"{where}: an entry has no {', '.join(unknown)}")
    numbers = tuple(entry.get("numbers", ()))
    able = {column.name for column in table.columns if column.type in _NUMBERS and not column.pii}
    if strangers := sorted(set(numbers) - able):
        raise DemandError(f"{where}: numbers may only name its numeric columns that identify nobody, not {', '.join(strangers)}")
    if table.required and "freshness" in entry:
        raise DemandError(f"{where}: is required: its missing folder holds a date back already; take freshness out")
    return Recent(
        _freshness(where, entry.get("freshness")), _severity(where, entry.get("too_few", "warning")), numbers,
        str(entry.get("among", "true")),
    )  # fmt: skip


@cache
def recent_entries(path: Path = ENTRIES) -> dict[Table, Recent]:
    """The entry of every table of the contract. Errors: DemandError, naming the table and the mend."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    tables = {table.full_name: table for table in landing_tables()}
    if not isinstance(document, dict) or document.keys() != tables.keys():
        odd = sorted(tables.keys() ^ set(document or ()))
        raise DemandError(f"{path.name}: has one entry for each table of the contract and no other; see to {', '.join(odd)}")
    return {tables[name]: parse_recent(f"{path.name}, {name}", tables[name], entry or {}) for name, entry in document.items()}
