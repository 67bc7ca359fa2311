"""The two public promises, read from contract/*.yml into typed records.

Belongs here: what a table of the landing contract is (columns, types, key, pii, allowed values) and what a published
table promises. Not here: what is done with it (integrations/sources parses by it, expectations/ guards by it,
orchestration/manifest.py writes dbt's sources from it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

# how the names of files start that the platform itself puts into landing folders: who lands a folder anew leaves them in it
OWN_FILES = "c360-"
CONTRACT_FOLDER = Path(__file__).resolve().parent.parent / "contract"
DUCKDB_TYPES = {
    "text": "varchar",
    "date": "date",
    "timestamp": "timestamp",
    "decimal": "decimal(18,2)",
    "rate": "decimal(9,6)",
    "decimal(18,8)": "decimal(18,8)",
    "integer": "bigint",
    "boolean": "boolean",
    "json": "varchar",
}
_COLUMN = re.compile(r"^(?P<type>[a-z]+(?:\(\d+,\d+\))?)(?P<required>!)?(?:\s+\[(?P<allowed>[^\]]+)\])?$")


class ContractError(ValueError):
    """The contract file itself is wrong. The message names the table, the column and the mend."""


@dataclass(frozen=True)
class Column:
    """One column: its contract type, whether null is refused, its allowed values, whether it identifies a person."""

    name: str
    type: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    pii: bool = False

    @property
    def sql_type(self) -> str:
        return DUCKDB_TYPES[self.type]


@dataclass(frozen=True)
class Table:
    """One landing table."""

    source: str
    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False
    version: str | None = None

    @property
    def full_name(self) -> str:
        return f"{self.source}.{self.name}"

    @property
    def relation(self) -> str:
        """Its name as one identifier: `core_banking__customers`."""
        return f"{self.source}__{self.name}"

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def pii(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.pii)


@dataclass(frozen=True)
class Published:
    """One published table and the columns it promises."""

    name: str
    kind: str
    grain: str
    columns: tuple[str, ...]
    csv: bool = False


def _column(where: str, name: str, text: str, *, key: tuple[str, ...], pii: list[str]) -> Column:
    match = _COLUMN.match(str(text).strip())
    if match is None or match["type"] not in DUCKDB_TYPES:
        raise ContractError(
            f"{where}.{name}: '{text}' is not a column;"
            f" write one of {sorted(DUCKDB_TYPES)}, then ! if it may not be null, then [a|b]"
        )
    allowed = tuple(value.strip() for value in match["allowed"].split("|")) if match["allowed"] else ()
    return Column(
        name=name, type=match["type"], required=bool(match["required"]) or name in key, allowed=allowed, pii=name in pii
    )


def parse_table(source: str, name: str, entry: dict[str, Any]) -> Table:
    """One table's entry as a record. Errors: ContractError."""
    where = f"{source}.{name}"
    key, pii = tuple(entry["key"]), list(entry.get("pii", []))
    columns = tuple(_column(where, column, text, key=key, pii=pii) for column, text in entry["columns"].items())
    known = {column.name for column in columns}
    version = entry.get("version")
    for mentioned in (*key, *pii, *([version] if version else [])):
        if mentioned not in known:
            raise ContractError(f"{where}: key, pii and version may only name its columns, and {mentioned!r} is none")
    return Table(source=source, name=name, key=key, columns=columns, required=bool(entry.get("required")), version=version)


@cache
def landing_tables() -> tuple[Table, ...]:
    """All tables of contract/landing.yml in its order. Errors: ContractError."""
    document = yaml.safe_load((CONTRACT_FOLDER / "landing.yml").read_text(encoding="utf-8"))
    return tuple(parse_table(source, name, entry) for source, tables in document.items() for name, entry in tables.items())


def landing_table(full_name: str) -> Table:
    """The table called `source.table`. Errors: KeyError."""
    for table in landing_tables():
        if table.full_name == full_name:
            return table
    raise KeyError(full_name)


@cache
def published_tables() -> tuple[Published, ...]:
    """All tables of contract/published.yml in its order."""
    document = yaml.safe_load((CONTRACT_FOLDER / "published.yml").read_text(encoding="utf-8"))
    return tuple(
        Published(
            name=name, kind=entry["kind"], grain=entry["grain"], columns=tuple(entry["columns"]), csv=bool(entry.get("csv"))
        )
        for name, entry in document.items()
    )


@cache
def pii_column_names() -> frozenset[str]:
    """Every column name that some landing table marks as identifying a person."""
    return frozenset(column.name for table in landing_tables() for column in table.pii)
