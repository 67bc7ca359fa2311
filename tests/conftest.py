"""How the suite is spread over two workers: a folder stays together, so that its whole runs are made once."""

from __future__ import annotations

from pathlib import Path

import pytest

_TESTS = Path(__file__).resolve().parent


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.xdist_group(item.path.relative_to(_TESTS).parts[0]))
