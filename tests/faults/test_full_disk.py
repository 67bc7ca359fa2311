"""Without room a step fails and says so; nothing half written counts, and with room the same ends as it should."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fault_kit import LIVE, Play, held_by, processed
from fault_scenes import Cramped, Ended, Scenes
from steps_without_room import STEPS, WithoutRoom


def test_a_run_without_room_says_where_there_is_none_and_what_to_do(cramped: Cramped) -> None:
    assert cramped.full.code == 1
    assert "there is no room left on the disk of" in cramped.full.output, cramped.full.output
    assert "free some and run the same again" in cramped.full.output


def test_nothing_of_it_is_published(cramped: Cramped) -> None:
    assert cramped.seen_then == []


def test_with_room_it_ends_as_if_there_had_always_been_some(cramped: Cramped, live: Ended) -> None:
    assert cramped.done.code == 0, cramped.done.output
    assert cramped.held == live.held


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    home = tmp_path_factory.mktemp("steps") / "home"
    with Play(home, WithoutRoom(home)) as work:
        done = work.finish()
    assert done.code == 0, done.output
    told: dict[str, dict[str, Any]] = json.loads(done.output.splitlines()[-1])
    assert list(told) == list(STEPS)
    return told


@pytest.mark.parametrize("step", STEPS)
def test_each_step_that_writes_fails_without_room_and_the_fault_is_known_for_what_it_is(
    steps: dict[str, dict[str, Any]], step: str
) -> None:
    assert steps[step]["is_known"], steps[step]["error"]


@pytest.mark.parametrize("step", STEPS)
def test_it_leaves_nothing_half_written_under_a_name_that_counts(steps: dict[str, dict[str, Any]], step: str) -> None:
    assert steps[step]["left"] == []


@pytest.mark.parametrize("step", STEPS)
def test_with_room_the_same_step_does_all_of_its_work(steps: dict[str, dict[str, Any]], step: str) -> None:
    whole = {
        "raw": "20000", "published": "published", "decisions": "20000", "control.sqlite": "1000", "ledger.sqlite": "1000",
        "backup": "6",
    }  # fmt: skip
    assert steps[step]["with room"] == whole[step]


# a whole run on a disk of its own, made larger until it suffices


def disk(folder: Path, mebibytes: int) -> None:
    """Makes a file system in memory at a folder, or an existing one larger."""
    options = f"size={mebibytes}m" + (",remount" if folder.is_mount() else "")
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a disk")
def test_a_home_on_a_disk_that_fills_up_again_and_again_ends_as_if_there_had_always_been_room(
    fault_scenes: Scenes, live: Ended, tmp_path: Path
) -> None:
    home, sizes = tmp_path / "disk" / "home", iter((1, 3, 6, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150))
    (tmp_path / "disk").mkdir()
    disk(tmp_path / "disk", next(sizes))
    try:
        log, refused = tmp_path / "cramped", 0
        while (done := processed(home, fault_scenes["bank"].landing, LIVE, log=log)).code != 0:
            assert "there is no room left on the disk of" in done.output, done.output
            refused += 1
            disk(tmp_path / "disk", next(sizes))
        assert refused >= 4
        assert held_by(home) == live.held
    finally:
        subprocess.run(["umount", str(tmp_path / "disk")], check=True)
