"""What the tests of databases and interfaces share: a home with a mapping, and what became of it. Not here: what must hold."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

from foundation.contract import landing_table
from foundation.home import Home
from integrations.sources.access import Access
from integrations.sources.book import Book
from integrations.sources.extract import Extractor, Outcome
from integrations.sources.file_drop.scan import scan
from integrations.sources.file_drop.write import ingest
from integrations.sources.mapping_file import load_mapping
from integrations.sources.registry import BatchResult

BANK_ZONE = "Asia/Shanghai"
FIRST, SECOND, THIRD, FOURTH = (date(2026, 3, day) for day in (1, 2, 3, 4))
PRODUCTS = "core_banking.products"
PRODUCT_COLUMNS = {"product_code": "code", "product_name": "name", "category": "'fund'"}

Build = Callable[..., "Sourced"]


def products(**changes: Any) -> dict[str, Any]:
    """An entry that reads products from the table `goods` of a database."""
    entry = {
        "table": PRODUCTS, "connection": "core", "from": "goods", "columns": dict(PRODUCT_COLUMNS), "changes": {"by": "full"},
    }  # fmt: skip
    return {name: value for name, value in (entry | changes).items() if value is not None}


@dataclass
class Sourced:
    """A home whose landing is filled from sources."""

    folder: Path
    connections: dict[str, Any]
    tables: list[dict[str, Any]]
    environment: dict[str, str | None] = field(default_factory=dict)
    attempts: int = 3

    @property
    def home(self) -> Home:
        return Home(root=self.folder / "home", landing=self.folder / "landing")

    @property
    def book(self) -> Book:
        return Book(self.home.sources)

    @property
    def mapping(self) -> Path:
        path = self.folder / "sources.yml"
        path.write_text(yaml.safe_dump({"connections": self.connections, "tables": self.tables}, sort_keys=False))
        return path

    def extractor(self) -> Extractor:
        access = Access(self.environment, BANK_ZONE, attempts=self.attempts, backoff_seconds=0)
        return Extractor(load_mapping(self.mapping), self.home.landing, self.book, access)

    def land(self, on: date = FIRST, **how: Any) -> list[Outcome]:
        return list(self.extractor().run(on, **how))

    def landed(self, on: date = FIRST, **how: Any) -> Outcome:
        """The outcome of the only entry, which must have landed."""
        (outcome,) = self.land(on, **how)
        assert outcome.state == "landed", outcome.told
        return outcome

    def failure(self, on: date = FIRST, **how: Any) -> str:
        """What is told of the only entry, which must have failed and left nothing."""
        (outcome,) = self.land(on, **how)
        assert outcome.state == "failed", outcome
        assert not self.place(outcome.table, on).exists()
        return outcome.told

    def place(self, table: str = PRODUCTS, on: date = FIRST) -> Path:
        return self.home.landing / Path(*table.split(".")) / str(on)

    def manifest(self, table: str = PRODUCTS, on: date = FIRST) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.place(table, on) / "_manifest.json").read_text(encoding="utf-8"))
        return found

    def rows(self, columns: str = "product_code", *, on: date = FIRST, table: str = PRODUCTS) -> list[Any]:
        """What lies in the landed files; of a single column its values."""
        files = [path for path in sorted(self.place(table, on).iterdir()) if path.name != "_manifest.json"]
        if not files:
            return []
        relation = "read_parquet" if files[0].suffix == ".parquet" else "read_json"
        found = duckdb.execute(f"select {columns} from {relation}(?)", [[str(path) for path in files]]).fetchall()
        return [row[0] for row in found] if "," not in columns else found

    def take_in(self, table: str = PRODUCTS, first: date = FIRST, last: date = FOURTH) -> list[BatchResult]:
        return ingest(scan(self.home.landing, [landing_table(table)], first, last), self.home, time_zone=BANK_ZONE)

    def raw(self, columns: str, *, on: date = FIRST, table: str = PRODUCTS) -> list[tuple[Any, ...]]:
        file = self.home.raw_batch(*table.split("."), on)
        return duckdb.execute(
            f"select {columns} from read_parquet(?, file_row_number = true) order by file_row_number", [str(file)]
        ).fetchall()


class Goods:
    """A SQLite database with the table `goods`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.execute("create table goods (code, name, changed, dated)")

    def execute(self, sql: str, *values: Any) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(sql, values)

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Rows of code, changed and dated."""
        for code, changed, dated in rows:
            self.execute("insert into goods values (?, ?, ?, ?)", code, f"Goods {code}", changed, dated)
