"""A landing to be filled, a warehouse to be spoiled, and Great Expectations imported past the deprecations in its modules."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from gate_kit import Landing
from home_kit import home_in
from judged_warehouse import GOOD
from night_kit import Nights

from foundation.settings import load_settings


@pytest.fixture(scope="session", autouse=True)
def _engine() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import great_expectations.expectations  # noqa: F401


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path / "raw")


@pytest.fixture
def nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Nights]:
    """A bank's home of which this process's settings speak."""
    home = home_in(tmp_path)
    for setting, value in {"HOME": home.root, "LANDING": home.landing, "LANDING_QUIET_SECONDS": 0}.items():
        monkeypatch.setenv(f"C360_{setting}", str(value))
    load_settings.cache_clear()
    yield Nights(home)
    load_settings.cache_clear()


@pytest.fixture(scope="session")
def good_warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse that all rules of gates 2 and 3 pass."""
    with duckdb.connect() as connection:
        connection.execute(GOOD)
        yield connection
