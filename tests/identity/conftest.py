"""Homes of a test: in memory, for many are needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from identity_kit import Home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A home without a record."""
    with Home.opened(tmp_path) as opened:
        yield opened
