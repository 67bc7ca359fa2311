"""Commands that meet a fault: killed, interrupted or short of room at a chosen place; and all that a home then holds.

Belongs here: starting, watching and ending them, and reading homes whole. Not here: which faults (fault_scenes.py, the tests).
A command runs in a process of its own, forked from one that has imported the libraries: what it does is what `make` does, but
for the seconds that importing takes. Its stages are told through a pipe, so that nothing here waits for a clock.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb
from day_kit import PATIENCE_SECONDS, ROOT, Done, Rows, environment, materialize, published

FIRST, LIVE, NEXT, LATER = (date(2025, 1, day) for day in (1, 4, 5, 6))
CUSTOMERS, SEED = 200, 20250101
# lower on the next date, so that it has a list of its own although the first customers rest
SETTINGS = {
    LIVE: {"C360_DEMO_CUSTOMERS": str(CUSTOMERS), "C360_TIER_WEALTH_AUM": "500000"},
    NEXT: {"C360_DEMO_CUSTOMERS": str(CUSTOMERS), "C360_TIER_WEALTH_AUM": "1000"},
    LATER: {"C360_DEMO_CUSTOMERS": str(CUSTOMERS), "C360_TIER_WEALTH_AUM": "100"},
}
# how often and at which of them a delivery was tried may differ
TRIES = frozenset(
    f"deliveries.{column}"
    for column in ("attempts", "first_attempt_at", "last_attempt_at", "remote_id", "error_code", "error_detail")
)
ENDED = ("", "ended")
_LIBRARIES = [
    "dagster", "dagster_dbt", "dbt.cli.main", "dbt.adapters.duckdb.connections", "great_expectations",
    "great_expectations.expectations", "duckdb_engine", "matplotlib.pyplot", "pandas", "pyarrow.dataset", "rich.progress",
]  # fmt: skip
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(_LIBRARIES)

Boundary = tuple[str, str]  # a stage, and whether it "begins" or "ends"


def _play(settings: dict[str, str], work: Callable[[], None], log: Path, told: Connection, largest_file: int | None) -> None:
    """The process's own part: does the work, telling each boundary, and waits to be let go."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.chdir(ROOT)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell started the suite in its background
    for name in [name for name in os.environ if name.startswith(("C360_", "DAGSTER_"))]:
        del os.environ[name]
    os.environ.update(settings)
    from foundation import progress

    progress.listen(lambda stage, seconds: _tell(told, (stage, "begins" if seconds is None else "ends")))
    if largest_file is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write beyond the bound fails, as one on a full disk does
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))
    code: object = 0
    try:
        work()
    except SystemExit as ending:
        code = ending.code
        if isinstance(code, str):
            sys.stderr.write(code + "\n")
    sys.stdout.flush()
    sys.stderr.flush()
    _tell(told, ENDED)
    os._exit(code if isinstance(code, int) else 1)


def _tell(told: Connection, boundary: Boundary) -> None:
    """Tells a boundary and waits for leave to go on: whoever watches may end the process just there."""
    try:
        told.send(boundary)
        told.recv()
    except (BrokenPipeError, EOFError):
        os._exit(1)  # nobody watches any more


@dataclass(frozen=True)
class CommandLine:
    """The project's own commands, as `make` calls them."""

    arguments: tuple[str, ...]

    def __call__(self) -> None:
        sys.argv = ["c360", *self.arguments]
        from orchestration.cli import app
        from orchestration.commands import main

        main(app)


class Play:
    """Work under way in a process of its own. A context manager: the process never outlives it."""

    def __init__(
        self, home: Path, work: Callable[[], None], *, largest_file: int | None = None, log: Path | None = None, **settings: str
    ) -> None:
        beside = log or home  # where a home's own disk is full, what is said of it must go elsewhere
        self.log = beside.with_name(f"{beside.name}.{time.monotonic_ns()}.log")
        self._told, theirs = _FORKS.Pipe()
        self.process = _FORKS.Process(
            target=_play, args=(environment(home, **settings), work, self.log, theirs, largest_file), daemon=False
        )
        self.process.start()
        theirs.close()
        self.heard: list[Boundary] = []
        self.seconds: dict[Boundary, float] = {}
        self._since = time.monotonic()

    def __enter__(self) -> Play:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.is_alive():
            self.process.kill()
        self.process.join()
        self._told.close()
        self.process.close()

    def _next(self, seconds: float) -> Boundary | None:
        """The next boundary, at which the process then stands; None, when none is reached in so many seconds or it died."""
        if not self._told.poll(seconds):
            return None
        try:
            boundary: Boundary = self._told.recv()
        except EOFError:
            return None
        now = time.monotonic()
        if self.heard:
            self.seconds[self.heard[-1]] = now - self._since
        self._since = now
        self.heard.append(boundary)
        return boundary

    def until(self, boundary: Boundary) -> None:
        """Goes on until the process stands at this boundary."""
        while (reached := self._next(PATIENCE_SECONDS)) != boundary:
            if reached is None or reached == ENDED:
                raise AssertionError(f"{boundary} was never reached, but {self.heard}:\n{self.output}")
            self._told.send(None)

    def until_said(self, text: str) -> None:
        """Waits until it has printed this, or has ended."""
        end = time.monotonic() + PATIENCE_SECONDS
        while text not in self.output:
            assert self.process.is_alive() and time.monotonic() < end, f"{text!r} was never printed, but:\n{self.output}"
            self._told.poll(0.05)

    def go_on(self) -> None:
        """Lets it leave the boundary at which it stands."""
        self._told.send(None)

    def kill(self, *, after: float = 0.0) -> Done:
        """SIGKILL: now; or so many seconds on, at the next boundary at the latest."""
        if after:
            self.go_on()
            self._next(after)
        self.process.kill()
        self.process.join()
        return self._done()

    def interrupt(self, number: signal.Signals) -> Done:
        """A signal that a process may answer, sent as it leaves the boundary at which it stands."""
        assert self.process.pid is not None
        self.go_on()
        os.kill(self.process.pid, number)
        return self.finish()

    def finish(self) -> Done:
        """Lets it go on to its end."""
        while (reached := self._next(PATIENCE_SECONDS)) is not None:
            with suppress(BrokenPipeError):
                self.go_on()
            if reached == ENDED:
                break
        self.process.join(PATIENCE_SECONDS)
        return self._done()

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def _done(self) -> Done:
        code = self.process.exitcode
        assert code is not None, f"it neither ended nor said anything for {PATIENCE_SECONDS} s:\n{self.output}"
        return Done(code, self.output)


def commanded(home: Path, *arguments: str, largest_file: int | None = None, **settings: str) -> Play:
    """A command of the project, under way."""
    return Play(home, CommandLine(arguments), largest_file=largest_file, **settings)


def play(home: Path, *arguments: str, largest_file: int | None = None, **settings: str) -> Done:
    """A command of the project from start to end."""
    with commanded(home, *arguments, largest_file=largest_file, **settings) as playing:
        return playing.finish()


def process(
    home: Path, landing: Path, on: date, *, largest_file: int | None = None, log: Path | None = None, **settings: str
) -> Play:
    """The processing of a date (of all dates up to it, for the first), under way."""
    first = FIRST if on == LIVE else on
    settings = {"C360_LANDING": str(landing)} | SETTINGS[on] | settings
    return Play(home, CommandLine(materialize(first, on)), largest_file=largest_file, log=log, **settings)


def processed(home: Path, landing: Path, on: date, *, log: Path | None = None, **settings: str) -> Done:
    """The same from start to end."""
    with process(home, landing, on, log=log, **settings) as playing:
        return playing.finish()


# what a home holds


@dataclass(frozen=True)
class Held:
    """All that a home and the world outside hold in the end."""

    published: dict[str, Rows]
    decided: dict[str, Rows]
    raw: dict[str, Rows]
    quarantined: dict[str, Rows]
    ledger: Rows
    received: Rows
    finished: Rows


def held_by(home: Path) -> Held:
    """Everything that must be the same however often a run was disturbed. A sandbox that never ran received nothing."""
    return Held(
        published(home, leaving_out=TRIES),
        _by_folder(home / "decisions"),
        _by_folder(home / "raw"),
        _by_folder(home / "quarantine"),
        _asked(home / "ledger.sqlite", "select delivery_id, business_date, entry_id, destination, status from deliveries"),
        _asked(home / "sandbox.sqlite", "select kind, idempotency_key, body_hash from received")
        if (home / "sandbox.sqlite").exists()
        else [],
        _asked(home / "control.sqlite", "select * from finished"),
    )


def _asked(book: Path, sql: str) -> Rows:
    with sqlite3.connect(f"file:{book}?mode=ro", uri=True) as connection:
        rows = sorted(connection.execute(sql).fetchall(), key=repr)
    connection.close()
    return rows


def _by_folder(root: Path) -> dict[str, Rows]:
    """Number and digest of the rows of every Parquet file, by its folder: rows of people would be shown by a failing test."""
    folders = sorted({path.parent for path in root.rglob("*.parquet")})
    with duckdb.connect() as connection:
        return {
            folder.relative_to(root).as_posix(): connection.execute(
                "with rows as (select * replace (parse_filename(filename) as filename)"
                " from read_parquet(?, union_by_name => true, filename => true))"
                " select filename, count(*), sum(cast(hash(rows) as hugeint)) from rows group by all order by all",
                [str(folder / "*.parquet")],
            ).fetchall()
            for folder in folders
        }


def listing(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Every file and folder under one: its size, its mode, and when it was last written."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mode, path.stat().st_mtime_ns)
        for path in sorted([folder, *folder.rglob("*")])
    }


@contextmanager
def not_writable(folder: Path) -> Iterator[None]:
    """A folder and all in it without the permission to write."""
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        yield
    finally:
        for path in paths:
            path.chmod(path.stat().st_mode | 0o200)
