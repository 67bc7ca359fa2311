"""Real databases and a real interface for the tests of sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from postgres import running_postgres
from rest_service import Service, running
from sources_kit import Build, Goods, Sourced, products

_NUMBERS = count(1)


@pytest.fixture
def goods(tmp_path: Path) -> Goods:
    return Goods(tmp_path / "core.db")


@pytest.fixture
def sqlite_bank(tmp_path: Path, goods: Goods) -> Build:
    """`sqlite_bank(changes={...}, ...)`: a home whose products come from `goods`."""

    def build(connection: dict[str, Any] | None = None, **entry: Any) -> Sourced:
        core = {"kind": "sql", "url": "CORE_URL"} | (connection or {})
        return Sourced(tmp_path, {"core": core}, [products(**entry)], {"CORE_URL": f"sqlite:///{goods.path}"})

    return build


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server that lives as long as the tests."""
    with running_postgres() as address:
        yield address


@pytest.fixture
def database(postgres: str) -> Iterator[tuple[str, psycopg.Connection[Any]]]:
    """The address of an empty database, and a connection to fill it."""
    name = f"bank_{next(_NUMBERS)}"
    with psycopg.connect(postgres.format(database="postgres"), autocommit=True) as server:
        server.execute(f"create database {name}")
    address = postgres.format(database=name)
    with psycopg.connect(address, autocommit=True) as connection:
        yield address, connection


@pytest.fixture
def serve() -> Iterator[Callable[..., Service]]:
    """`serve(answer)`: an interface on loopback, up until the test ends."""
    with ExitStack() as stack:
        yield lambda *given, **named: stack.enter_context(running(Service(*given, **named)))
