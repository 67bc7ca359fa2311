"""A home, and a way to land files and read what became of them. What is checked stands in the test files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from foundation.contract import Table, parse_table
from foundation.home import Home
from integrations.sources.file_drop.scan import scan
from integrations.sources.file_drop.write import ingest
from integrations.sources.registry import BatchResult

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
DAY = "2026-01-05"


def table(columns: dict[str, str], key: list[str], **more: Any) -> Table:
    return parse_table("bank", more.pop("name", "things"), {"key": key, "columns": columns, **more})


@dataclass(frozen=True)
class Bank:
    """One home with a landing folder of one table."""

    home: Home
    table: Table

    def land(self, content: str | bytes, name: str = "a.csv", on: str = DAY) -> Path:
        path = self.folder(on) / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def folder(self, on: str = DAY) -> Path:
        folder = self.home.landing / self.table.source / self.table.name / on
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def take_in(self) -> list[BatchResult]:
        return ingest(scan(self.home.landing, [self.table], FIRST, LAST), self.home, time_zone="Asia/Shanghai")

    def rows(self, columns: str = "*", on: str = DAY) -> list[tuple[Any, ...]]:
        file = self.home.raw_batch(self.table.source, self.table.name, date.fromisoformat(on))
        return duckdb.sql(
            f"select {columns} from read_parquet('{file}', file_row_number = true) order by file_row_number"
        ).fetchall()

    def quarantined(self, columns: str = "file, line, kind, column_name, reason", on: str = DAY) -> list[tuple[Any, ...]]:
        file = self.home.quarantine_batch(self.table.source, self.table.name, date.fromisoformat(on))
        if not file.exists():
            return []
        return duckdb.sql(f"select {columns} from '{file}' order by file, line, column_name").fetchall()


@pytest.fixture
def bank(tmp_path: Path) -> Callable[..., Bank]:
    """`bank({"id": "text!", ...}, ["id"])`: a home whose one table has these columns and this key."""

    def build(columns: dict[str, str], key: list[str], **more: Any) -> Bank:
        return Bank(Home(root=tmp_path / "home", landing=tmp_path / "landing"), table(columns, key, **more))

    return build
