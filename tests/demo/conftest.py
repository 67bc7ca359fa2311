"""A small demo bank, generated once for all tests that only look at it."""

from __future__ import annotations

import pytest
from demo_bank_files import Bank, make
from demo_bank_query import Rows


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    return make(tmp_path_factory.mktemp("bank"))


@pytest.fixture(scope="session")
def rows(bank: Bank) -> Rows:
    return Rows(bank)
