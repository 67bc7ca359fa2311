"""Each step that writes, done once without room for what it writes and then with it; what became of it both times, as JSON.

Belongs here: the steps. Not here: what must hold (test_full_disk.py). Done in a process of its own, because the bound on the
size of files is the whole process's.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from fault_kit import FIRST

from foundation.backup import copy_out
from foundation.books import opened
from foundation.contract import Published, parse_table
from foundation.home import Home
from foundation.room import is_about_room
from integrations.delivery.ledger import Ledger
from integrations.delivery.records import Planned
from integrations.sources.file_drop.scan import scan
from integrations.sources.file_drop.write import ingest
from integrations.warehouse.decisions import TABLES, freeze
from integrations.warehouse.publish import Content, publish_files

ROOM, ROWS = 50_000, 20_000
TEXT = "sha256(cast(range as varchar))"
THINGS = parse_table("bank", "things", {"key": ["id"], "columns": {"id": "text!"}})
PROFILE = Published("profile", "latest", "one row per customer", ("business_date", "customer_id"))


@contextmanager
def little_room() -> Iterator[None]:
    """No file can grow beyond ROOM; a write that would is refused, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _take_in(home: Home) -> str:
    return str(ingest(scan(home.landing, [THINGS], FIRST, FIRST), home, time_zone="UTC")[0].rows_accepted)


def _publish(home: Home) -> str:
    query = f"select date '{FIRST}' as business_date, {TEXT} as customer_id from range({ROWS})"
    with duckdb.connect() as connection:
        publish_files(connection, home.published, [Content(PROFILE, query)])
    return "published"


def _freeze(home: Home) -> str:
    with duckdb.connect() as connection:
        connection.execute("create schema decisions")
        for table in TABLES:
            connection.execute(
                f"create table decisions.{table} as select date '{FIRST}' as business_date, {TEXT} from range({ROWS})"
            )
        return str(freeze(connection, home.decisions, FIRST)["list_entries"])


def _note(home: Home) -> str:
    with opened(home.control, "create table if not exists notes (note text)") as book:
        book.executemany("insert into notes values (?)", [("x" * 1000,)] * 1000)
        return str(book.execute("select count(*) from notes").fetchone()[0])


def _plan(home: Home) -> str:
    with Ledger(home.ledger) as ledger:
        return str(ledger.plan(_planned(number) for number in range(1000)))


def _planned(number: int) -> Planned:
    return Planned(
        business_date=date(2025, 1, 1), entry_id=f"e{number}", customer_id="c", channel="sms", destination="messaging",
        operation="send_message",
    )  # fmt: skip


def _back_up(home: Home) -> str:
    return str(copy_out(home, home.root.with_name("backup"), lambda _more, _total: None).files)


STEPS: dict[str, Callable[[Home], str]] = {
    "raw": _take_in,
    "published": _publish,
    "decisions": _freeze,
    "control.sqlite": _note,
    "ledger.sqlite": _plan,
    "backup": _back_up,
}


def _files(root: Path) -> list[str]:
    """Files that count: under a name that readers know."""
    parts = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(str(path) for path in parts if not path.parts[0].startswith("."))


@dataclass(frozen=True)
class WithoutRoom:
    """All steps, first without room and then with it, in a home of their own."""

    root: Path

    def __call__(self) -> None:
        home = Home(self.root, self.root.with_name("landing"))
        _prepare(home)
        told = {}
        for name, step in STEPS.items():
            at = home.root.with_name("backup") if name == "backup" else home.root / name
            try:
                with little_room():
                    error, is_known = step(home), False
            except Exception as refused:  # noqa: BLE001  # whatever it is, the test looks at it
                error, is_known = f"{type(refused).__name__}: {refused}", is_about_room(refused)
            left = _files(at) if at.is_dir() else []
            told[name] = {"error": error, "is_known": is_known, "left": left, "with room": step(home)}
        sys.stdout.write(json.dumps(told))


def _prepare(home: Home) -> None:
    """The landing is there before there is no room."""
    folder = home.landing / "bank" / "things" / str(FIRST)
    folder.mkdir(parents=True)
    duckdb.sql(f"select {TEXT} as id from range({ROWS})").write_csv(str(folder / "a.csv"))
