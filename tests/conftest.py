"""How the suite is spread over two workers: a folder stays together, so that its whole runs are made once; and what is slow."""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from foundation.garbage import look_seldom

# the longest first, so that no worker is left alone with one of them in the end
LONG = ("day", "ranges", "warehouse", "identity", "faults")

# scenes that take whole runs more, by folder: what they show is looked at by the slow suite (what a range and its days agree in
# is tried on drawn banks for every change, in tests/ranges)
SLOW_SCENES = {
    "day": {"days", "one_range", "lost", "again", "reacted", "mended"},
    "faults": {"live", "next_day", "troubled", "cramped", "rebuilt", "restored"},
}


def pytest_configure() -> None:
    look_seldom()  # as our commands do


def _folder(item: pytest.Item) -> str:
    return item.nodeid.split("/")[1]


def _place(item: pytest.Item) -> int:
    return LONG.index(_folder(item)) if _folder(item) in LONG else len(LONG)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_place)
    for item in items:
        if not SLOW_SCENES.get(_folder(item), set()).isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


class ByFolder(LoadScopeScheduling):
    """Hands out whole folders, in their order."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("/")[1]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFolder:
    config.option.loadscopereorder = False
    return ByFolder(config, log)
