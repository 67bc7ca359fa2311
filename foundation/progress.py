"""How far the bank has come, and how long each stage took: kept in the control file, so that a killed run can be finished.

Belongs here: dates finished, stages timed. Not here: what landed (integrations/sources/registry.py), what the gates said
(expectations/verdicts.py), what was decided (the folders under decisions/).
"""

from __future__ import annotations

import resource
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from foundation.books import opened

_SCHEMA = """
create table if not exists finished (stage text not null, business_date text not null, primary key (stage, business_date));
create table if not exists timings (
    run_id text not null, stage text not null, business_date text not null, seconds real not null, peak_mib real not null
);
"""


@dataclass(frozen=True)
class Timing:
    """One stage of one run: wall time in seconds, and the process's peak memory in MiB when the stage ended."""

    run_id: str
    stage: str
    business_date: str
    seconds: float
    peak_mib: float


Listener = Callable[[str, float | None], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> Callable[[], None]:
    """Calls `listener(stage, None)` when a stage of this process begins, and `listener(stage, seconds)` when it ends.

    Returns what ends the listening.
    """
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


class Progress:
    """The progress of one home."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _opened(self) -> AbstractContextManager[sqlite3.Connection]:
        return opened(self._path, _SCHEMA)

    def finish(self, stage: str, on: date) -> None:
        """Notes that a stage is complete for a date."""
        with self._opened() as connection:
            connection.execute("insert or ignore into finished values (?, ?)", (stage, on.isoformat()))

    def last_finished(self, stage: str) -> date | None:
        """The newest date for which a stage was completed."""
        with self._opened() as connection:
            row = connection.execute("select max(business_date) from finished where stage = ?", (stage,)).fetchone()
        return date.fromisoformat(row[0]) if row[0] else None

    def forget_after(self, stage: str, on: date | None) -> list[date]:
        """Forgets, and returns in order, the dates after `on` (None: all) for which a stage was completed."""
        with self._opened() as connection:
            rows = connection.execute(
                "delete from finished where stage = ? and business_date > ? returning business_date",
                (stage, on.isoformat() if on else ""),
            ).fetchall()
        return sorted(date.fromisoformat(forgotten) for (forgotten,) in rows)

    def finished(self, stage: str) -> set[date]:
        """Every date for which a stage was completed."""
        with self._opened() as connection:
            rows = connection.execute("select business_date from finished where stage = ?", (stage,)).fetchall()
        return {date.fromisoformat(on) for (on,) in rows}

    @contextmanager
    def stage(self, name: str, *, run_id: str, on: date) -> Iterator[None]:
        """Times a stage and tells the listeners; a stage that fails is not kept."""
        for listener in _listeners:
            listener(name, None)
        began = time.perf_counter()
        yield
        seconds = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        with self._opened() as connection:
            connection.execute("insert into timings values (?, ?, ?, ?, ?)", (run_id, name, on.isoformat(), seconds, peak))
        for listener in _listeners:
            listener(name, seconds)

    def run_ids(self) -> list[str]:
        """The ids of all runs that timed a stage, oldest first."""
        with self._opened() as connection:
            rows = connection.execute("select run_id from timings group by run_id order by min(rowid)").fetchall()
        return [run_id for (run_id,) in rows]

    def timings(self, run_id: str) -> list[Timing]:
        """The stages of one run, in the order in which they ended."""
        with self._opened() as connection:
            rows = connection.execute("select * from timings where run_id = ? order by rowid", (run_id,)).fetchall()
        return [Timing(*row) for row in rows]
