"""The whole runs of this folder: started together, as soon as the first is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from day_scenes import SCENES, Again, Gated, Killed, Lived, Lost, NextDay, Reacted, Resumed, Scenes


@pytest.fixture(scope="session")
def scenes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenes]:
    """The scenes that some collected test looks at."""
    wanted = {name for item in request.session.items for name in getattr(item, "fixturenames", ()) if name in SCENES}
    started = Scenes(tmp_path_factory.mktemp("day"), wanted)
    yield started
    started.close()


@pytest.fixture(scope="session")
def first_run(scenes: Scenes) -> Lived:
    """The home after the first `run`, for reading alone."""
    return scenes["first_run"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def bank(scenes: Scenes) -> Path:
    """A landing folder that is further on than any home's."""
    return scenes["bank"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def days(scenes: Scenes) -> Lived:
    return scenes["days"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def one_range(scenes: Scenes) -> Resumed:
    return scenes["one_range"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def lost(scenes: Scenes) -> Lost:
    return scenes["lost"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def next_day(scenes: Scenes) -> NextDay:
    return scenes["next_day"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def killed(scenes: Scenes) -> Killed:
    return scenes["killed"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def reacted(scenes: Scenes) -> Reacted:
    return scenes["reacted"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def gated(scenes: Scenes) -> Gated:
    return scenes["gated"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def mended(scenes: Scenes) -> Lived:
    return scenes["mended"]  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def again(scenes: Scenes) -> Again:
    return scenes["again"]  # type: ignore[no-any-return]
