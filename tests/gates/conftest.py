"""A landing to be filled, a warehouse to be spoiled, and Great Expectations imported past the deprecations in its modules."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from gate_kit import Landing
from judged_warehouse import GOOD


@pytest.fixture(scope="session", autouse=True)
def _engine() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import great_expectations.expectations  # noqa: F401


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "raw")


@pytest.fixture(scope="session")
def good_warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse that all rules of gates 2 and 3 pass."""
    with duckdb.connect() as connection:
        connection.execute(GOOD)
        yield connection
