"""The homes of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from steward_kit import FIRST, MORE, WANG, Bank, bank_in


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    """An empty home."""
    return bank_in(tmp_path)


@pytest.fixture(scope="session")
def doubtful(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """A home whose first date left pairs to a steward, for reading alone: a customer and two like him, and another two."""
    bank = bank_in(tmp_path_factory.mktemp("doubtful"))
    bank.customer("C1", **WANG, **MORE)
    bank.person("A", full_name="王小明", birth_date="1980-02-11", city="北京市")
    bank.person("B", full_name=" 王小明 ", birth_date="1980-02-01", city="上海市", email="another@bank.example")
    bank.person("E", full_name="李大海", birth_date="1990-02-01", city="上海市")
    bank.person("F", full_name="李大海", birth_date="1990-02-21", city="上海市")
    bank.process(FIRST)
    return bank
