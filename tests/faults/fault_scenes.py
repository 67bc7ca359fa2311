"""The homes that the tests of this folder look at, each made once, two at a time: undisturbed ones, and those that met a fault.

Belongs here: what is done to which home. Not here: how (fault_kit.py), what must hold afterwards (the tests). A scene that
goes on from another's home works on a copy.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from day_kit import Done, copy_of
from fault_kit import (
    CUSTOMERS,
    FIRST,
    LATER,
    LIVE,
    NEXT,
    SEED,
    SETTINGS,
    Boundary,
    Held,
    commanded,
    held_by,
    listing,
    play,
    process,
    processed,
)

from demo.bank import generate
from orchestration.ui import free_port

# less than the warehouse or the log of the runs takes in a first load, whichever comes first
ROOM = 5_000_000
TOKEN = "a token that nobody reads"  # noqa: S105
DBT: Boundary = ("dbt", "begins")


class Scenes:
    """All scenes by name. Those asked for start at once, in the order of SCENES: a scene needs earlier ones alone."""

    def __init__(self, folder: Path, wanted: Iterable[str]) -> None:
        self.folder = folder
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="scene")
        self._futures: dict[str, Future[Any]] = {}
        names = set(wanted)
        for name in reversed(SCENES):
            names |= set(NEEDS.get(name, ())) if name in names else set()
        for name, scene in SCENES.items():
            if name in names:
                self.start(name, scene)

    def start(self, name: str, scene: Callable[[Scenes], Any]) -> None:
        """Starts one more, which needs those that were started before."""
        self._futures[name] = self._pool.submit(scene, self)

    def __getitem__(self, name: str) -> Any:
        return self._futures[name].result()

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True)
class Ended:
    """A home in the end, what its last command said, and the seconds from each of its boundaries to the next."""

    home: Path
    done: Done
    held: Held
    seconds: dict[Boundary, float]


@dataclass(frozen=True)
class Bank:
    """A landing folder, and every file in it as it was dropped."""

    landing: Path
    dropped: dict[str, tuple[int, int, int]]


def bank(scenes: Scenes) -> Bank:
    """The drops of all dates, without the permission to write: a run reads its landing and nothing else."""
    folder = scenes.folder / "bank"
    generate(folder / "landing", folder / "state", CUSTOMERS, FIRST, LATER, SEED)
    for path in [folder / "landing", *(folder / "landing").rglob("*")]:
        path.chmod(path.stat().st_mode & ~0o222)
    return Bank(folder / "landing", listing(folder / "landing"))


def _undisturbed(home: Path, scenes: Scenes, on: Any) -> Ended:
    with process(home, scenes["bank"].landing, on) as playing:
        done = playing.finish()
        assert done.code == 0, done.output
        return Ended(home, done, held_by(home), dict(playing.seconds))


def live(scenes: Scenes) -> Ended:
    """The first dates in one run, the last of them decided and sent."""
    return _undisturbed(scenes.folder / "live", scenes, LIVE)


def next_day(scenes: Scenes) -> Ended:
    """The date after them."""
    return _undisturbed(copy_of(scenes["live"].home, scenes.folder / "next"), scenes, NEXT)


@dataclass(frozen=True)
class Troubled:
    """The date after them, interrupted twice, then with nobody listening at the destinations, then undisturbed."""

    terminated: Done
    interrupted: Done
    unheard: Done
    ledger_then: list[tuple[Any, ...]]
    done: Done
    held: Held


def troubled(scenes: Scenes) -> Troubled:
    home = copy_of(scenes["live"].home, scenes.folder / "troubled")
    landing = scenes["bank"].landing
    with process(home, landing, NEXT) as playing:
        playing.until(DBT)
        terminated = playing.interrupt(signal.SIGTERM)
    with process(home, landing, NEXT) as playing:
        playing.until(("gate 1", "begins"))
        interrupted = playing.interrupt(signal.SIGINT)
    nobody = f"http://127.0.0.1:{free_port()}"
    unheard = processed(
        home, landing, NEXT, C360_CRM_URL=nobody, C360_MESSAGING_URL=nobody, C360_CRM_TOKEN=TOKEN, C360_MESSAGING_TOKEN=TOKEN,
        C360_HTTP_ATTEMPTS="1",
    )  # fmt: skip
    then = held_by(home).ledger
    done = processed(home, landing, NEXT)
    return Troubled(terminated, interrupted, unheard, then, done, held_by(home))


@dataclass(frozen=True)
class Cramped:
    """The first dates on a disk without the room for them, then with it."""

    full: Done
    seen_then: list[str]
    done: Done
    held: Held


def cramped(scenes: Scenes) -> Cramped:
    home = scenes.folder / "cramped"
    with process(home, scenes["bank"].landing, LIVE, largest_file=ROOM) as playing:
        full = playing.finish()
    seen = sorted(path.name for path in (home / "published").glob("*"))
    done = processed(home, scenes["bank"].landing, LIVE)
    return Cramped(full, seen, done, held_by(home))


@dataclass(frozen=True)
class Rebuilt:
    """A home whose warehouse was damaged in its midst, and what the commands said of it."""

    home: Path
    refused: Done
    done: Done
    held: Held
    left_over: list[tuple[Any, ...]]
    again: Done
    held_again: Held


def rebuilt(scenes: Scenes) -> Rebuilt:
    home = copy_of(scenes["next_day"].home, scenes.folder / "rebuilt")
    damage(home / "warehouse.duckdb")
    refused = processed(home, scenes["bank"].landing, NEXT)
    done = play(home, "rebuild", **SETTINGS[NEXT])
    held = held_by(home)
    left_over = _what_waits(home)
    again = processed(home, scenes["bank"].landing, NEXT)
    return Rebuilt(home, refused, done, held, left_over, again, held_by(home))


def damage(file: Path) -> None:
    """Overwrites the middle half of a file."""
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(size // 4)
        opened.write(b"\xa5" * (size // 2))


def _what_waits(home: Path) -> list[tuple[Any, ...]]:
    """How many rows each table of schema `changes` holds, and the notes of a rebuild under way."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        names = connection.execute("select table_name from duckdb_tables() where schema_name = 'changes'").fetchall()
        assert names
        counts = " union all ".join(f"select '{name}', count(*) from changes.{name}" for (name,) in names)
        return connection.execute(f"{counts} union all select 'pending', count(*) from control.pending").fetchall()


@dataclass(frozen=True)
class Restored:
    """A backup of the first dates, put into an empty home by a command that was killed while it built, and by another; the home
    then went on to the next date."""

    backup: Path
    backed_up: Done
    home: Path
    refused: Done
    done: Done
    held: Held
    after: Done
    held_after: Held


def restored(scenes: Scenes) -> Restored:
    backup, home = scenes.folder / "backup", scenes.folder / "restored"
    backed_up = play(scenes["live"].home, "backup", "--to", str(backup))
    with commanded(home, "restore", "--from", str(backup), **SETTINGS[LIVE]) as restoring:
        restoring.until(DBT)
        restoring.kill()
    refused = processed(home, scenes["bank"].landing, NEXT)
    done = play(home, "restore", "--from", str(backup), **SETTINGS[LIVE])
    held = held_by(home)
    after = processed(home, scenes["bank"].landing, NEXT)
    return Restored(backup, backed_up, home, refused, done, held, after, held_by(home))


SCENES: dict[str, Callable[[Scenes], Any]] = {
    "bank": bank,
    "live": live,
    "cramped": cramped,
    "next_day": next_day,
    "restored": restored,
    "troubled": troubled,
    "rebuilt": rebuilt,
}
NEEDS = {
    "live": ("bank",), "cramped": ("bank", "live"), "next_day": ("live",), "restored": ("next_day",),
    "troubled": ("next_day",), "rebuilt": ("next_day",),
}  # fmt: skip
