"""A warehouse to which batches are applied, and the contract's meaning of a batch in plain Python. No test is here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb

from foundation.contract import Table, parse_table
from integrations.warehouse import apply
from integrations.warehouse.apply import Accepted, Applied, apply_batches
from integrations.warehouse.connection import FRESH_FILES, warehouse
from tests.store.raw_files import write_raw

HASH_KEY = "pinch of salt"
Row = dict[str, Any]
Image = tuple[Any, ...]


def _table(name: str, key: list[str], columns: dict[str, str], **more: Any) -> Table:
    source, _, table = name.partition(".")
    return parse_table(source, table, {"key": key, "columns": columns, **more})


# one of each kind: plain; with a version; in the vault; in the vault with a version; with a key that names a person
PLAIN = _table("core_banking.balances", ["account_no", "balance_date"], {
    "account_no": "text!", "balance_date": "date!", "balance": "decimal!",
})  # fmt: skip
VERSIONED = _table("engagement.consents", ["customer_no"], {
    "customer_no": "text!", "is_granted": "boolean!", "changed_at": "date!",
}, version="changed_at")  # fmt: skip
VAULTED = _table("core_banking.customers", ["customer_no"], {
    "customer_no": "text!", "city": "text", "mobile": "text", "email": "text",
}, pii=["mobile", "email"])  # fmt: skip
VAULTED_VERSIONED = _table("third_party.people", ["provider", "record_id"], {
    "provider": "text!", "record_id": "text!", "city": "text", "mobile": "text", "observed_on": "date!",
}, pii=["mobile"], version="observed_on")  # fmt: skip
PII_KEY = _table("third_party.company_people", ["credit_code", "id_number"], {
    "credit_code": "text!", "id_number": "text!", "full_name": "text", "share": "integer",
}, pii=["id_number", "full_name"])  # fmt: skip
TABLES = (PLAIN, VERSIONED, VAULTED, VAULTED_VERSIONED, PII_KEY)


def day(number: int) -> date:
    return date(2026, 1, 1) + timedelta(days=number)


@dataclass
class Store:
    """A warehouse with its vault, and raw batches beside it: landed again, a batch is another content at the same path."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    accepted: dict[tuple[str, date], Accepted] = field(default_factory=dict)
    _landed: int = 0

    @classmethod
    @contextmanager
    def on_disk(cls, folder: Path) -> Iterator[Store]:
        with warehouse(folder / "warehouse.duckdb", folder / "vault.duckdb") as connection:
            yield cls(connection, folder / "raw")

    @classmethod
    @contextmanager
    def in_memory(cls, folder: Path) -> Iterator[Store]:
        with duckdb.connect() as connection:
            connection.execute(f"attach ':memory:' as vault; {FRESH_FILES}; set threads = 1")
            yield cls(connection, folder)

    def land(self, table: Table, on: date, rows: Sequence[Row]) -> None:
        """One batch whose gate is open, in place of what its date had."""
        self._landed += 1
        file = write_raw(self.folder / table.source / table.name / f"{on}.parquet", table, on, rows)
        self.accepted[table.full_name, on] = Accepted(table, on, file, f"content {self._landed}")

    def withdraw(self, table: Table, on: date) -> None:
        """The date's batch counts no more."""
        self.accepted.pop((table.full_name, on), None)

    def apply(self, tables: Sequence[Table] = TABLES) -> Applied:
        return apply_batches(self.connection, tables, list(self.accepted.values()), hash_key=HASH_KEY)

    def apply_until_killed(self, table: Table) -> None:
        """What a run has done that is killed after the vault's swap and before the warehouse's."""
        apply.prepare(self.connection, (table,))
        own = [batch for batch in self.accepted.values() if batch.table == table]
        work = apply._work(self.connection, table, own)
        if work.dates:
            apply._stage(self.connection, work, HASH_KEY)
            apply._swap_vault(self.connection, work, HASH_KEY)

    def rows(self, relation: str) -> list[Image]:
        """The rows of a relation, in an order of their own."""
        return sorted(self.connection.execute(f"select * from {relation}").fetchall(), key=repr)

    def raw(self, table: Table) -> list[Image]:
        return self.rows(f"raw.{table.relation}")

    def changes(self, table: Table) -> list[Image]:
        return self.rows(f"changes.{table.relation}")

    def vault(self, table: Table) -> list[Image]:
        return self.rows(f"vault.raw.{table.relation}")


def standing(table: Table, batches: Mapping[date, Iterable[Row]]) -> list[tuple[date, Row]]:
    """The rows that count in the end, with the date on which each landed: the landing contract's words, folder by folder."""
    known: dict[Image, tuple[date, Row]] = {}
    for on, rows in sorted(batches.items()):
        for row in rows:
            key = tuple(row[name] for name in table.key)
            if row.get("_deleted"):
                known.pop(key, None)
            elif table.version is None or key not in known or row[table.version] >= known[key][1][table.version]:
                known[key] = (on, row)
    return list(known.values())


def in_warehouse(table: Table, rows: Iterable[tuple[date, Row]]) -> list[Image]:
    """These rows as schema `raw` must have them: without pii, a key that names a person hashed."""
    images = []
    for on, row in rows:
        image = []
        for column in table.columns:
            if not column.pii:
                image.append(row.get(column.name))
            elif column.name in table.key:
                value = row[column.name].upper() if column.name == "id_number" else row[column.name]
                image.append(sha256((HASH_KEY + value).encode()).hexdigest())
        images.append((*image, on))
    return sorted(images, key=repr)


def in_vault(table: Table, rows: Iterable[tuple[date, Row]]) -> list[Image]:
    """The same for the vault: the key and the pii."""
    kept = [column.name for column in table.columns if column.pii or column.name in table.key]
    return sorted((tuple(row.get(name) for name in kept) for _, row in rows), key=repr)
