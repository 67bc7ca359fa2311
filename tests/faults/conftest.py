"""The homes that the tests of this folder look at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fault_scenes import SCENES, Bank, Cramped, Ended, Rebuilt, Restored, Scenes, Troubled


@pytest.fixture(scope="session")
def fault_scenes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenes]:
    """The scenes that some collected test looks at, started together."""
    wanted = {name for item in request.session.items for name in getattr(item, "fixturenames", ()) if name in SCENES}
    started = Scenes(tmp_path_factory.mktemp("faults"), wanted)
    yield started
    started.close()


@pytest.fixture(scope="session")
def bank(fault_scenes: Scenes) -> Bank:
    return fault_scenes["bank"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def live(fault_scenes: Scenes) -> Ended:
    return fault_scenes["live"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def next_day(fault_scenes: Scenes) -> Ended:
    return fault_scenes["next_day"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def troubled(fault_scenes: Scenes) -> Troubled:
    return fault_scenes["troubled"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def cramped(fault_scenes: Scenes) -> Cramped:
    return fault_scenes["cramped"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def rebuilt(fault_scenes: Scenes) -> Rebuilt:
    return fault_scenes["rebuilt"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def restored(fault_scenes: Scenes) -> Restored:
    return fault_scenes["restored"]  # type: ignore[no-any-return]
