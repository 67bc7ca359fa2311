"""How the suite is spread over two workers: a folder stays together, so that its whole runs are made once."""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling


class ByFolder(LoadScopeScheduling):
    """Hands out whole folders, in their order."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("/")[1]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFolder:
    config.option.loadscopereorder = False
    return ByFolder(config, log)
