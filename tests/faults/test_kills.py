"""Killed at every boundary of its stages, and at random inside and between them: run again, a date ends as if undisturbed.

SIGKILL, to a process at work. Each home is killed three times, each time further on, before it may end; then all that it holds
is compared: published tables, raw and quarantined rows, decided lists, the ledger, and what the destinations received. The
random kills come from a seed, so that one that shows a fault can be made again.
"""

from __future__ import annotations

import random
import signal
from dataclasses import dataclass
from datetime import date

import pytest
from day_kit import Done, copy_of
from fault_kit import LIVE, NEXT, Boundary, Held, held_by, process, processed
from fault_scenes import Ended, Scenes

STAGES = ("raw", "gate 1", "apply", "identity", "dbt", "gate 2", "decisions", "gate 3", "publish", "activation")
BOUNDARIES: list[Boundary] = [(stage, what) for stage in STAGES for what in ("begins", "ends")]
KILLS_A_HOME = 3
RANDOM_HOMES = 4
SEED = 20250101


@dataclass(frozen=True)
class Kill:
    """A kill at a boundary, or past it by a share of what the way to the next one usually takes."""

    boundary: Boundary
    share: float = 0.0

    def __str__(self) -> str:
        return f"{' '.join(self.boundary)}+{self.share:.2f}".replace(" ", "-").replace("+0.00", "")


@dataclass(frozen=True)
class Plan:
    """The kills of one home, in the order of the stages, before a date (or the first dates) may end."""

    on: date
    kills: tuple[Kill, ...]

    def __str__(self) -> str:
        return f"{self.on}:{','.join(map(str, self.kills))}"


def at_every_boundary(on: date) -> list[Plan]:
    """Each boundary once."""
    starts = range(0, len(BOUNDARIES), KILLS_A_HOME)
    return [Plan(on, tuple(Kill(each) for each in BOUNDARIES[start : start + KILLS_A_HOME])) for start in starts]


def at_random(on: date) -> list[Plan]:
    """Anywhere: each home's kills lie in different ways between boundaries, in their order."""
    draw = random.Random(f"{SEED} {on}")  # noqa: S311  # nothing secret
    plans = []
    for _ in range(RANDOM_HOMES):
        where = sorted(draw.sample(range(len(BOUNDARIES)), KILLS_A_HOME))
        plans.append(Plan(on, tuple(Kill(BOUNDARIES[place], draw.uniform(0.02, 1)) for place in where)))
    return plans


PLANS = [plan for on in (NEXT, LIVE) for plan in (*at_every_boundary(on), *at_random(on))]


@dataclass(frozen=True)
class Survived:
    """How each kill ended, what the last run said, and what the home then held."""

    killed: list[Done]
    done: Done
    held: Held


def survive(scenes: Scenes, plan: Plan) -> Survived:
    """Carries a plan out."""
    usual = scenes["next_day" if plan.on == NEXT else "live"].seconds
    landing, home = scenes["bank"].landing, scenes.folder / str(plan).replace(":", "_")[:100]
    if plan.on == NEXT:
        copy_of(scenes["live"].home, home)
    killed = []
    for kill in plan.kills:
        with process(home, landing, plan.on) as playing:
            playing.until(kill.boundary)
            killed.append(playing.kill(after=kill.share * usual[kill.boundary]))
    return Survived(killed, processed(home, landing, plan.on), held_by(home))


@pytest.fixture(scope="session")
def survivors(request: pytest.FixtureRequest, fault_scenes: Scenes, live: Ended, next_day: Ended) -> Scenes:
    """All plans that some collected test looks at, started together."""
    assert live.done.code == next_day.done.code == 0
    wanted = {item.callspec.params["plan"] for item in request.session.items if "survivors" in getattr(item, "fixturenames", ())}
    for plan in PLANS:
        if plan in wanted:
            fault_scenes.start(str(plan), lambda scenes, plan=plan: survive(scenes, plan))
    return fault_scenes


@pytest.mark.slow
@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_killed_and_run_again_it_ends_as_if_undisturbed(survivors: Scenes, live: Ended, next_day: Ended, plan: Plan) -> None:
    survived: Survived = survivors[str(plan)]
    assert [done.code for done in survived.killed] == [-signal.SIGKILL] * len(plan.kills)
    assert survived.done.code == 0, survived.done.output
    assert survived.held == (next_day if plan.on == NEXT else live).held


def test_there_are_at_least_fifty_kills_and_every_boundary_is_one(live: Ended) -> None:
    assert sum(len(plan.kills) for plan in PLANS) >= 50
    assert {kill.boundary for plan in PLANS for kill in plan.kills if not kill.share} == set(BOUNDARIES)
    assert list(live.seconds) == BOUNDARIES, "the stages of a run are not those that are killed"


def test_the_comparison_sees_a_lost_row_a_second_sending_and_another_decision(live: Ended, next_day: Ended) -> None:
    for name in ("published", "decided", "raw", "quarantined", "ledger", "received", "finished"):
        assert getattr(live.held, name) != getattr(next_day.held, name), name
    twice = [*next_day.held.received, next_day.held.received[-1]]
    assert twice != next_day.held.received
