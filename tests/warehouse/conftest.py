"""The parsed project and tiny warehouses, for the tests of this folder. What they are stands in tiny_warehouse.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tiny_warehouse import FIRST, Warehouse, open_bank

from assets.dbt_runner import MANIFEST
from orchestration.manifest import build_manifest


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    """manifest.json of the project as it stands."""
    build_manifest()
    content: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return content


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory, manifest: dict[str, Any]) -> tuple[Warehouse, dict[str, str]]:  # noqa: ARG001
    """The bank as of FIRST, built anew with every unit test, and what became of each node. To read, not to change."""
    built = Warehouse.create(tmp_path_factory.mktemp("first_day"))
    open_bank(built)
    return built, built.build(FIRST, "--full-refresh", checked=True)


@pytest.fixture
def warehouse(tmp_path: Path, first_day: tuple[Warehouse, dict[str, str]]) -> Warehouse:
    """A copy of the bank as of FIRST, to go on from."""
    return first_day[0].copied(tmp_path)
