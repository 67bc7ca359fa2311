"""Warehouses of a test: in files, as the bank has them, and in memory, where many are needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from applied_store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty warehouse with its vault, in files, and a folder for raw batches."""
    with Store.on_disk(tmp_path) as opened:
        yield opened


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened
