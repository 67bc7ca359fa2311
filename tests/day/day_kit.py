"""Commands run as users run them, and what they left behind, for the tests of this folder.

Belongs here: starting, watching, killing commands; reading homes. Not here: which runs are made (day_scenes.py), what must
hold of them (the tests). Nothing here waits for a clock: output is waited for, and a command that says nothing for long is
killed so that its test fails.
"""

from __future__ import annotations

import hashlib
import os
import selectors
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 240

# a small bank: seven dates of history over a month's end, then a live one; thresholds so low that its few customers fill a list
FIRST, MONTH_END = date(2024, 12, 30), date(2024, 12, 31)
THIRD, LIVE, NEXT, LATER, AFTER = (date(2025, 1, day) for day in (1, 6, 7, 8, 9))
CUSTOMERS, SEED = 400, 20250101
SETTINGS = {
    "C360_DEMO_CUSTOMERS": str(CUSTOMERS),
    "C360_DEMO_SEED": str(SEED),
    "C360_DEMO_DATES": "8",
    "C360_FIRST_DATE": FIRST.isoformat(),
    "C360_SENDER_CLOCK": "business",
    "C360_TIER_WEALTH_AUM": "300000",
    "C360_STAGE_DECLINING_AUM_RATIO": "0.2",
    "C360_HOLDOUT_RATIO": "0.3",
}
# lower still on the next date, so that it has a list of its own although the first customers rest
NEXT_SETTINGS = {"C360_TIER_WEALTH_AUM": "1000"}


def environment(home: Path, **settings: str) -> dict[str, str]:
    """The environment of a command: the machine's, without any setting of its own, and these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("C360_", "DAGSTER_"))}
    return kept | SETTINGS | {"C360_HOME": str(home)} | settings


@dataclass(frozen=True)
class Done:
    """How a command ended: its exit code (minus the signal's number, if one ended it) and all that it printed."""

    code: int
    output: str


class Command:
    """A running command of the project, as `make` starts it. A context manager: it never outlives its test."""

    def __init__(self, home: Path, *arguments: str, **settings: str) -> None:
        self.process = subprocess.Popen(
            # what a shell starts in its background ignores Ctrl-C, and so would this; `env` mends it, for scenes are threads, and
            # beside threads nothing may run between fork and exec
            ["env", "--default-signal=INT", sys.executable, "-m", "orchestration.cli", *arguments],
            cwd=ROOT, env=environment(home, **settings), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert self.process.stdout is not None
        self._out = self.process.stdout
        self._seen = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._out.close()

    @property
    def output(self) -> str:
        return self._seen.decode(errors="replace")

    def _read(self, seconds: float) -> bool | None:
        """Reads on: whether more may come, or None when nothing came in so many seconds."""
        with selectors.DefaultSelector() as ready:
            ready.register(self._out, selectors.EVENT_READ)
            if not ready.select(seconds):
                return None
        part = os.read(self._out.fileno(), 65536)
        self._seen += part
        return bool(part)

    def until(self, text: str) -> str:
        """Waits until it has printed this; returns all that it has printed."""
        while text not in self.output:
            if not self._read(PATIENCE_SECONDS):
                raise AssertionError(f"{text!r} was never printed, but:\n{self.output}")
        return self.output

    def kill(self, *, unless_within: tuple[str, float] | None = None) -> Done:
        """SIGKILL now, or once so many seconds have passed without this text."""
        if unless_within is not None:
            text, seconds = unless_within
            while text not in self.output and self._read(seconds):
                pass
        self.process.send_signal(signal.SIGKILL)
        return self.finish()

    def finish(self) -> Done:
        """Waits for its end."""
        while more := self._read(PATIENCE_SECONDS):
            pass
        assert more is False, f"nothing came for {PATIENCE_SECONDS} s after:\n{self.output}"
        return Done(self.process.wait(), self.output)


def run(home: Path, *arguments: str, **settings: str) -> Done:
    """A command from start to end."""
    with Command(home, *arguments, **settings) as command:
        return command.finish()


def succeed(home: Path, *arguments: str, **settings: str) -> Done:
    """A command that must end well."""
    done = run(home, *arguments, **settings)
    assert done.code == 0, done.output
    return done


def materialize(first: date, last: date) -> tuple[str, ...]:
    """The arguments that process a range."""
    return ("materialize", "--from", first.isoformat(), "--to", last.isoformat())


def copy_of(home: Path, to: Path) -> Path:
    """The whole home again, elsewhere."""
    shutil.copytree(home, to, symlinks=True, ignore=shutil.ignore_patterns("*.sqlite*"))
    for book in home.rglob("*.sqlite"):  # somebody may be reading it: what lies beside it comes and goes
        with closing(sqlite3.connect(book)) as source, closing(sqlite3.connect(to / book.relative_to(home))) as copy:
            source.backup(copy)
    return to


# what a home holds

Rows = list[tuple[Any, ...]]


@contextmanager
def opened(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The home's warehouse and vault, for reading alone."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute(f"attach '{home / 'vault.duckdb'}' as vault (read_only)")
        yield connection


def query(home: Path, sql: str, parameters: Iterable[object] = ()) -> Rows:
    """Rows from the home's warehouse."""
    with opened(home) as connection:
        return connection.execute(sql, list(parameters)).fetchall()


def read(files: Iterable[Path]) -> tuple[list[str], Rows]:
    """Column names and sorted rows of Parquet files together."""
    names = [str(path) for path in files]
    with duckdb.connect() as connection:
        cursor = connection.execute("select * from read_parquet(?, union_by_name => true) order by all", [names])
        return [column[0] for column in cursor.description or []], cursor.fetchall()


def dates_by_file(files: Iterable[Path]) -> dict[str, set[str]]:
    """The business dates of the rows in each Parquet file, by the file's name without its ending."""
    asked = "select distinct filename, business_date from read_parquet(?, filename => true)"
    with duckdb.connect() as connection:
        rows = connection.execute(asked, [[str(path) for path in files]]).fetchall()
    return {Path(name).stem: {str(on) for other, on in rows if other == name} for name, _ in rows}


def published_files(home: Path, name: str) -> list[Path]:
    return sorted((home / "published" / name).glob("*.parquet"))


def published(home: Path, *, leaving_out: frozenset[str] = frozenset()) -> dict[str, Rows]:
    """All published tables with their content; these columns (`table.column`, or a whole `table`) left out."""
    tables = {}
    for name in sorted(path.name for path in (home / "published").iterdir() if not path.name.startswith(".")):
        files = published_files(home, name)
        if not files or name in leaving_out:
            continue
        columns, rows = read(files)
        kept = [place for place, column in enumerate(columns) if f"{name}.{column}" not in leaving_out]
        tables[name] = sorted((tuple(row[place] for place in kept) for row in rows), key=repr)
    return tables


def published_bytes(home: Path) -> dict[str, str]:
    """The digest of every published file under the path that readers use."""
    return {
        f"{folder.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in sorted((home / "published").iterdir())
        if not folder.name.startswith(".")
        for path in sorted(folder.iterdir())
    }


def descendants(pid: int) -> list[int]:
    """The processes that this one started, and those that they started."""
    found: list[int] = []
    for child in _children(pid):
        found += [child, *descendants(child)]
    return found


def _children(pid: int) -> Iterator[int]:
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        yield from (int(child) for child in tasks.read_text(encoding="ascii").split())


def still_running(pids: Iterable[int], seconds: float = 60) -> list[int]:
    """Those of the processes that have not ended within so many seconds."""
    with selectors.DefaultSelector() as ended, ExitStack() as opened:
        for pid in pids:
            with suppress(ProcessLookupError):
                watched = os.pidfd_open(pid)
                opened.callback(os.close, watched)
                ended.register(watched, selectors.EVENT_READ, pid)
        while ended.get_map() and (over := ended.select(seconds)):
            for key, _ in over:
                ended.unregister(key.fileobj)
        return [key.data for key in ended.get_map().values()]
