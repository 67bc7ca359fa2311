"""A run that Dagster launches itself, from the UI or its daemon, waits for the home and says so; or gives up and says so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest
from day_kit import materialize
from fault_kit import FIRST, Play, commanded
from filelock import FileLock

from foundation.home import Home
from orchestration.dead_runs import COMMAND, close_dead_runs_if_idle
from orchestration.instance import prepare_instance

JOB = "history"


@dataclass(frozen=True)
class LaunchedByDagster:
    """A run as Dagster's own worker process executes it: none of the project's commands has any part in it."""

    on: str

    def __call__(self) -> None:
        import dagster as dg

        from assets.partitions import PARTITION
        from foundation.settings import load_settings
        from orchestration.definitions import defs

        prepare_instance(Home.of(load_settings()))
        job = defs().get_repository_def().get_job(JOB)
        outcome = job.execute_in_process(instance=dg.DagsterInstance.get(), tags={PARTITION: self.on}, raise_on_error=False)
        raise SystemExit(0 if outcome.success else 1)


def test_it_gives_up_when_it_may_not_wait_and_says_why(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with FileLock(home / "run.lock"), Play(home, LaunchedByDagster(str(FIRST)), C360_LOCK_WAIT_SECONDS="0") as run:
        done = run.finish()
    assert done.code == 1
    assert f"{home} is held by another process; gave up after 0 s" in done.output
    assert run.heard[:-1] == [], "a stage began although the home was held"


def test_it_waits_while_it_may_and_then_does_its_work(tmp_path: Path) -> None:
    home, landing = tmp_path / "home", tmp_path / "landing"
    (landing / "core_banking" / "customers" / str(FIRST)).mkdir(parents=True)
    home.mkdir()
    lock = FileLock(home / "run.lock")
    lock.acquire()
    with Play(home, LaunchedByDagster(str(FIRST)), C360_LANDING=str(landing)) as run:
        run.until_said("waiting up to 600 s")
        assert run.heard == []
        lock.release()
        run.until(("raw", "begins"))
        run.kill()


# a command that was killed leaves its run open, and the queue lets one run at a time go


@pytest.fixture
def left_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Home, dg.DagsterInstance]:
    """A home in which a command was killed amid its run."""
    home = tmp_path / "home"
    (tmp_path / "landing" / "core_banking" / "customers" / str(FIRST)).mkdir(parents=True)
    with commanded(home, *materialize(FIRST, FIRST), C360_LANDING=str(tmp_path / "landing")) as run:
        run.until(("raw", "begins"))
        run.kill()
    monkeypatch.setenv("DAGSTER_HOME", str(home / "dagster"))
    return Home(home, tmp_path / "landing"), dg.DagsterInstance.from_config(str(home / "dagster"))


def statuses(instance: dg.DagsterInstance) -> list[tuple[str, bool]]:
    return [(str(run.status.value), COMMAND in run.tags) for run in instance.get_runs()]


def test_a_dead_run_of_a_command_is_closed_so_that_the_queue_goes_on(left_open: tuple[Home, dg.DagsterInstance]) -> None:
    home, instance = left_open
    assert statuses(instance) == [("STARTED", True)]
    close_dead_runs_if_idle(home, instance)
    assert statuses(instance) == [("FAILURE", True)]
    instance.dispose()


def test_while_somebody_has_the_home_no_run_is_taken_for_dead(left_open: tuple[Home, dg.DagsterInstance]) -> None:
    home, instance = left_open
    with Play(home.root, LaunchedByDagster(str(FIRST)), C360_LANDING=str(home.landing)) as run:
        run.until(("raw", "begins"))
        close_dead_runs_if_idle(home, instance)
        assert ("STARTED", True) in statuses(instance)
        run.kill()
    instance.dispose()
