"""The whole runs that the tests of this folder look at, each made once, two at a time.

Belongs here: what is run in which home. Not here: what must hold afterwards (the tests). A scene that goes on from another's
home works on a copy.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from day_kit import (
    AFTER,
    CUSTOMERS,
    FIRST,
    LATER,
    LIVE,
    NEXT,
    NEXT_SETTINGS,
    PATIENCE_SECONDS,
    ROOT,
    SEED,
    THIRD,
    Command,
    Done,
    Rows,
    copy_of,
    environment,
    materialize,
    published,
    published_bytes,
    query,
    run,
)
from filelock import FileLock
from pydantic import SecretStr

from demo.bank import generate
from integrations.sandbox.faults import Faults
from integrations.sandbox.process import Received, SandboxProcess
from integrations.warehouse.history import LOGS

TOKEN = SecretStr("a token that nobody may read anywhere")


@dataclass(frozen=True)
class Lived:
    """A home and what the command that made it said."""

    home: Path
    done: Done


@dataclass(frozen=True)
class Resumed(Lived):
    """The same where a command was killed first."""

    killed: Done


class Scenes:
    """All scenes by name. Those asked for start at once, in the order of SCENES: a scene needs earlier ones alone."""

    def __init__(self, folder: Path, wanted: Iterable[str]) -> None:
        self.folder = folder
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="scene")
        names = set(wanted)
        for name in reversed(SCENES):
            names |= set(NEEDS.get(name, ())) if name in names else set()
        self._futures: dict[str, Future[Any]] = {}
        for name, scene in SCENES.items():
            if name in names:
                self._futures[name] = self._pool.submit(scene, self)

    def __getitem__(self, name: str) -> Any:
        return self._futures[name].result()

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def first_run(scenes: Scenes) -> Lived:
    """`run` on nothing at all."""
    home = scenes.folder / "first"
    return Lived(home, run(home, "run"))


def bank(scenes: Scenes) -> Path:
    """The same bank's drops, further on than any home's: a landing folder."""
    folder = scenes.folder / "bank"
    generate(folder / "landing", folder / "state", CUSTOMERS, FIRST, AFTER, SEED)
    return folder / "landing"


def days(scenes: Scenes) -> Lived:
    """The first three dates one by one, each a run of its own."""
    home = scenes.folder / "days"
    child = [sys.executable, str(Path(__file__).with_name("day_by_day_child.py")), FIRST.isoformat(), THIRD.isoformat()]
    settings = environment(home, C360_LANDING=str(scenes["bank"]), PYTHONPATH=str(ROOT))
    ended = subprocess.run(
        child, cwd=ROOT, env=settings, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=PATIENCE_SECONDS, check=False,
    )  # fmt: skip
    return Lived(home, Done(ended.returncode, ended.stdout))


def one_range(scenes: Scenes) -> Resumed:
    """The first three dates in a single run, killed after the month end that it passes, in its last one's load, and run again."""
    home = scenes.folder / "range"
    landing = {"C360_LANDING": str(scenes["bank"])}
    with Command(home, *materialize(FIRST, THIRD), **landing) as command:
        command.until("✓ apply")
        killed = command.kill(unless_within=("✓ dbt", 2))
    return Resumed(home, run(home, *materialize(FIRST, THIRD), **landing), killed)


@dataclass(frozen=True)
class Lost(Resumed):
    """A range killed after two month ends and before anything was published; `logged` is what the warehouse then knew of them."""

    logged: dict[str, Rows]


def lost(scenes: Scenes) -> Lost:
    """The warehouse of that home built anew, when nothing else has what its logs said."""
    home, first = scenes.folder / "lost", date(2024, 11, 29)
    generate(home / "landing", home / "demo", 60, first, THIRD, SEED)
    begun = {"C360_FIRST_DATE": first.isoformat()}
    with Command(home, *materialize(first, THIRD), **begun) as command:
        command.until("✓ apply")
        killed = command.kill()
    logged = {name: query(home, f"select * from marts.{name} order by all") for name in LOGS}
    return Lost(home, run(home, "rebuild", **begun), killed, logged)


@dataclass(frozen=True)
class NextDay:
    """The next date, by a command that had to wait for the home and kept another from it."""

    home: Path
    refused: Done
    held_by: int
    patient: Done
    after_run: dict[str, Rows]
    received: int


def next_day(scenes: Scenes) -> NextDay:
    home = copy_of(scenes["first_run"].home, scenes.folder / "next")
    busy = FileLock(home / "run.lock")
    with ExitStack() as stack:
        busy.acquire(timeout=0)
        stack.callback(busy.release)
        patient = stack.enter_context(Command(home, "run", **NEXT_SETTINGS))
        patient.until("waiting")
        busy.release()
        patient.until("✓ raw")
        refused = run(home, "run", C360_LOCK_WAIT_SECONDS="0", **NEXT_SETTINGS)
        done = patient.finish()
    return NextDay(home, refused, patient.process.pid, done, published(home), requests_received(home / "sandbox.sqlite"))


@dataclass(frozen=True)
class Again(Lived):
    """Dates that were decided, run again, and what is published and was received afterwards."""

    published: dict[str, Rows]
    received: int


def again(scenes: Scenes) -> Again:
    home = copy_of(scenes["next_day"].home, scenes.folder / "again")
    done = run(home, *materialize(LIVE, NEXT), **NEXT_SETTINGS)
    return Again(home, done, published(home), requests_received(home / "sandbox.sqlite"))


def requests_received(sandbox: Path) -> int:
    """How many requests a sandbox has seen, from its file."""
    with sqlite3.connect(sandbox) as connection:
        return int(connection.execute("select value from counters where name = 'requests'").fetchone()[0])


@dataclass(frozen=True)
class Killed:
    """A date killed in one stage after the other, at last while its messages were on their way, and run again until it is
    done. `left` is how the ledger stood after the last kill, by destination and status; the destinations lived on."""

    home: Path
    kills: dict[str, Done]
    left: dict[tuple[str, str], int]
    crm_file: Path
    messaging_file: Path
    done: Done
    crm: Received
    messaging: Received


def killed(scenes: Scenes) -> Killed:
    home = copy_of(scenes["first_run"].home, scenes.folder / "killed")
    crm_file, messaging_file = home.with_name("crm.sqlite"), home.with_name("messaging.sqlite")
    kills = {}
    for stage, next_or_seconds in (("raw", None), ("gate 1", None), ("apply", None), ("identity", ("✓ dbt", 2.0))):
        with Command(home, "run", **NEXT_SETTINGS) as command:
            command.until(f"✓ {stage}")
            kills[stage] = command.kill(unless_within=next_or_seconds)
    answers_late = Faults(slow_first=1_000, slow_seconds=PATIENCE_SECONDS)
    with _sandbox(crm_file) as crm, _sandbox(messaging_file, answers_late) as messaging:
        with Command(home, "run", **_destinations(crm, messaging), C360_HTTP_TIMEOUT_SECONDS="200") as command:
            command.until("✓ publish")
            _until_one_message(messaging)
            kills["publish"] = command.kill()
        left = _ledger_counts(home)
    with _sandbox(crm_file) as crm, _sandbox(messaging_file) as messaging:
        done = run(home, "run", **_destinations(crm, messaging))
        return Killed(home, kills, left, crm_file, messaging_file, done, crm.received(), messaging.received())


def _sandbox(file: Path, faults: Faults | None = None) -> SandboxProcess:
    return SandboxProcess(file, log=file.with_suffix(".log"), token=TOKEN, faults=faults)


def _destinations(crm: SandboxProcess, messaging: SandboxProcess) -> dict[str, str]:
    token = TOKEN.get_secret_value()
    urls = {"C360_CRM_URL": crm.url, "C360_MESSAGING_URL": messaging.url}
    return urls | {"C360_CRM_TOKEN": token, "C360_MESSAGING_TOKEN": token} | NEXT_SETTINGS


def _until_one_message(messaging: SandboxProcess) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while messaging.received().messages == 0:
        assert time.monotonic() < end, "no message was ever sent"


def _ledger_counts(home: Path) -> dict[tuple[str, str], int]:
    with sqlite3.connect(home / "ledger.sqlite") as connection:
        rows = connection.execute(
            "select destination, status, count(*) from deliveries where business_date = ? group by 1, 2", [NEXT.isoformat()]
        )
        return {(destination, status): count for destination, status, count in rows}


@dataclass(frozen=True)
class Reacted:
    """Two business days by `live`, killed between them and run again for the one that was left."""

    home: Path
    killed: Done
    done: Done


def reacted(scenes: Scenes) -> Reacted:
    home = copy_of(scenes["first_run"].home, scenes.folder / "reacted")
    with Command(home, "live", "--days", "2", **NEXT_SETTINGS) as command:
        command.until(f"✓ {NEXT}")
        killed = command.kill()
    return Reacted(home, killed, run(home, "live", "--days", "1", **NEXT_SETTINGS))


@dataclass(frozen=True)
class Gated:
    """Two dates, the later without its accounts; then with transactions that close its gate; then the date after it."""

    home: Path
    stopped: Done
    after_stop: dict[str, Rows]
    last_logins: dict[str, date | None]
    standing: dict[str, str]
    closed: Done
    after_closed: dict[str, str]
    after_it: Done


def gated(scenes: Scenes) -> Gated:
    home, drops = copy_of(scenes["first_run"].home, scenes.folder / "gated"), scenes["bank"]
    for on in (NEXT, LATER):
        _drop(drops, home, on)
    _spoil(home, "app/events", NEXT, "occurred_at", "try_cast(occurred_at as timestamp) + interval 400 days")
    shutil.rmtree(home / "landing" / "core_banking" / "accounts" / str(LATER))
    stopped = run(home, *materialize(NEXT, LATER), **NEXT_SETTINGS)
    after_stop, standing = published(home), published_bytes(home)
    last_logins: dict[str, date | None] = dict(query(home, "select customer_id, last_login_on from published.customers_360"))
    _drop(drops, home, LATER)
    _spoil(home, "core_banking/transactions", LATER, "amount", "-try_cast(amount as decimal(18, 2))")
    closed = run(home, *materialize(LATER, LATER), **NEXT_SETTINGS)
    after_closed = published_bytes(home)
    _drop(drops, home, AFTER)
    after_it = run(home, *materialize(AFTER, AFTER), **NEXT_SETTINGS)
    return Gated(home, stopped, after_stop, last_logins, standing, closed, after_closed, after_it)


def mended(scenes: Scenes) -> Lived:
    """The date whose gate closed, landed as it should be."""
    home = copy_of(scenes["gated"].home, scenes.folder / "mended")
    _drop(scenes["bank"], home, LATER)
    return Lived(home, run(home, *materialize(LATER, LATER), **NEXT_SETTINGS))


def _drop(drops: Path, home: Path, on: date) -> None:
    """Puts all folders of a date into the home's landing, in place of what is there."""
    for folder in drops.glob(f"*/*/{on}"):
        to = home / "landing" / folder.relative_to(drops)
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(folder, to)


def _spoil(home: Path, table: str, on: date, column: str, value: str) -> None:
    """Writes a table's good rows anew, one column of every row spoilt alike."""
    folder = home / "landing" / table / str(on)
    files = sorted(folder.iterdir())
    with duckdb.connect() as connection:
        for number, file in enumerate(files):
            if file.name.startswith(("_", "by-hand")):  # a manifest, or nothing but faults
                continue
            readers = {
                "parquet": f"read_parquet('{file}')",
                "csv": f"read_csv('{file}', delim => ',', header => true, all_varchar => true, ignore_errors => true)",
                "jsonl": f"read_json('{file}', format => 'newline_delimited', ignore_errors => true)",
            }
            rows = f"select * replace ({value} as {column}) from {readers[file.name.split('.')[1]]} where {value} is not null"
            connection.execute(f"copy ({rows}) to '{folder / f'spoilt-{number}.parquet'}' (format parquet)")
    for file in files:
        file.unlink()


SCENES: dict[str, Callable[[Scenes], Any]] = {
    "first_run": first_run,
    "bank": bank,
    "days": days,
    "killed": killed,
    "gated": gated,
    "mended": mended,
    "next_day": next_day,
    "again": again,
    "reacted": reacted,
    "one_range": one_range,
    "lost": lost,
}
NEEDS = {
    "days": ("bank",), "one_range": ("bank",), "killed": ("first_run",), "next_day": ("first_run",),
    "again": ("next_day",),
    "reacted": ("first_run",),
    "gated": ("first_run", "bank"),
    "mended": ("gated", "bank"),
}  # fmt: skip
