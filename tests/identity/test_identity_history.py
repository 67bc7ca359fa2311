"""The identity history as state: interrupted anywhere and run again, it ends alike; what was never finished does not count."""

from __future__ import annotations

import shutil
import sys
from datetime import date, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from identity_kit import BOUNDS, CORE, PEOPLE, Home, Record, are_one, customer, day, person, resident, same, user

from assets.identity import first_landings
from foundation.contract import landing_tables
from identity.history import HistoryError
from identity.model import expert
from identity.resolve import resolve
from identity.rulebook import rulebook
from integrations.warehouse.apply import Accepted, apply_batches
from tests.store.raw_files import write_raw

A = {"full_name": "Ann Marie Lee", "birth_date": date(1980, 1, 1), "city": "Beijing", "address": "1 Long Road"}
RECORDS = [
    customer("C1", **A, mobile="13912845671"),
    person("x", **A),
    user("u", mobile="13912845671"),
    person("y", full_name="Li Na"),
]


class Killed(BaseException):
    """What a kill is to the code that it meets: nothing catches it."""


class KillAt:
    """Ends the resolution before the nth statement that one of identity's modules gives to DuckDB."""

    def __init__(self, statement: int | None) -> None:
        self.left, self.seen = statement, 0

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        if (
            event != "c_call"
            or getattr(argument, "__name__", "") != "execute"
            or not frame.f_globals["__name__"].startswith("identity.")
        ):
            return
        self.seen += 1
        if self.seen == self.left:
            sys.setprofile(None)
            raise Killed

    def __enter__(self) -> KillAt:
        sys.setprofile(self)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)


def changed(records: list[Record]) -> list[Record]:
    """The next day: one record says something else, one is gone, one came."""
    return [records[0].but(email="a@example.com").on(1), *records[1:3], person("z", **A).on(1)]


@pytest.mark.parametrize("step", [31, pytest.param(1, marks=pytest.mark.slow)], ids=["some statements", "every statement"])
def test_a_day_that_is_killed_before_a_statement_ends_alike_when_it_is_run_again(tmp_path, step):
    words = [same(RECORDS[0], RECORDS[1])]
    with Home.opened(tmp_path / "whole") as whole:
        whole.day(0, RECORDS)
        whole.put(changed(RECORDS), words)
        with KillAt(None) as counting:
            whole.resolve(1)
        expected = whole.outcome(), whole.history(), whole.pairs()
    assert counting.seen > 30
    with Home.on_disk(tmp_path / "first") as home:
        home.day(0, RECORDS)
        home.put(changed(RECORDS), words)
    for number in range(1, counting.seen + 1, step):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "first", folder)
        with Home.on_disk(folder) as home, pytest.raises(Killed), KillAt(number):
            home.counted.add(day(0))
            home.resolve(1)
        with Home.on_disk(folder) as home:
            home.counted.add(day(0))
            home.resolve(1)
            assert (home.outcome(), home.history(), home.pairs()) == expected, f"killed before statement {number}"


def test_a_day_whose_history_could_not_be_written_ends_alike_when_it_can(home: Home):
    home.folder.parent.mkdir(exist_ok=True)
    home.folder.write_text("in the way", encoding="utf-8")
    home.put(RECORDS)
    with pytest.raises(NotADirectoryError):
        home.resolve(0)
    assert home.counted == set()
    home.folder.unlink()
    ids = home.day(0, RECORDS)
    home.forget()
    assert home.day(0, RECORDS) == ids


def test_a_date_whose_marts_were_not_finished_does_not_count(home: Home):
    first, second = RECORDS[0], RECORDS[1]
    home.day(0, [second])
    held_back = home.day(1, [first.on(1), second, person("w")])
    home.counted.discard(day(1))
    after = home.day(2, [first.on(2), second])
    assert are_one(after, first, second)
    assert after == dict.fromkeys(after, held_back[second.name])
    assert home.rows("select count(*) from resolution.aliases") == [(0,)]
    assert home.rows("select count(*) from resolution.changes") == [(0,)]


def test_a_date_run_again_never_leaves_its_history_without_a_folder(home: Home):
    home.day(0, RECORDS)
    folder = home.folder / str(day(0))
    inode, kept = folder.stat().st_ino, home.history()
    home.resolve(0)
    assert folder.stat().st_ino == inode
    assert home.history() == kept
    assert sorted(path.name for path in home.folder.iterdir()) == [str(day(0))]


def test_an_id_that_was_published_and_is_founded_no_more_when_its_date_is_run_again_still_joins(home: Home):
    number = resident("11010519800101")
    one, other = customer("C1", id_number=number), customer("C2", id_number=resident("11010519750303"))
    home.day(0, [person("y", full_name="Li Na")])
    ids = home.day(1, [one, other])
    corrected = [one, other.but(id_number=number).on(1)]
    aliases = "select customer_id, current_customer_id from resolution.aliases where current_customer_id is not null"
    for _ in range(3):
        again = home.day(1, corrected)
        assert again[other.name] == again[one.name] == ids[one.name]
        assert home.rows(aliases) == [(ids[other.name], ids[one.name])]
        assert home.rows("select from_customer_id, to_customer_id, cause from resolution.changes where change = 'merge'") == [
            (ids[other.name], ids[one.name], "date_run_again")
        ]
    home.day(2, corrected)
    assert home.rows(aliases) == [(ids[other.name], ids[one.name])]
    home.check_anew(2, corrected)


def test_a_finished_date_whose_history_is_lost_stops_the_run_and_ids_wait_for_it(home: Home):
    home.day(0, RECORDS)
    ids = home.day(1, RECORDS)
    lost = home.folder / str(day(0))
    aside = lost.rename(home.folder.parent / "aside")
    with pytest.raises(HistoryError, match=f"no folder {day(0)}.*make restore"):
        home.resolve(2)
    aside.rename(lost)
    assert home.day(2, RECORDS) == ids


def test_a_history_that_was_put_in_anothers_place_counts_as_it_is(home: Home, tmp_path: Path):
    """As when a folder comes back from a backup of another home."""
    home.day(0, RECORDS)
    with Home.opened(tmp_path / "other") as other:
        other.day(0, RECORDS[:1])
        shutil.rmtree(home.folder / str(day(0)))
        shutil.copytree(other.folder / str(day(0)), home.folder / str(day(0)))
    home.day(1, RECORDS)
    home.check_anew(1, RECORDS)


def batch(folder: Path, table: str, number: int, rows: list[dict[str, Any]]) -> Accepted:
    found = next(each for each in landing_tables() if each.full_name == table)
    file = write_raw(folder / table / f"{day(number)}.parquet", found, day(number), rows)
    return Accepted(found, day(number), file, f"{table} {number}")


def test_a_rebuild_from_raw_with_the_history_and_one_run_over_all_days_give_the_ids_of_day_by_day(tmp_path):
    """The second version of the oldest record landed last: its first landing is read from the raw files."""
    no, pii = {"customer_type": "retail", "opened_on": day(-9)}, {"full_name": "Ann Lee", "mobile": "13912845671"}
    seen = {"provider": "p", "full_name": "Ann Lee", "birth_date": date(1980, 1, 1)}
    accepted = [
        batch(tmp_path, PEOPLE, 0, [seen | {"record_id": "old", "mobile": "13912845671", "observed_on": day(-5)}]),
        batch(tmp_path, PEOPLE, 1, [seen | {"record_id": "young", "email": "a@example.com", "observed_on": day(-5)}]),
        batch(tmp_path, CORE, 1, [no | pii | {"customer_no": "C1"}]),
        batch(
            tmp_path,
            PEOPLE,
            2,
            [seen | {"record_id": "old", "email": "a@example.com", "mobile": "13912845671", "observed_on": day(1)}],
        ),
    ]

    with Home.opened(tmp_path / "daily") as daily:
        ids = [_lived(daily, accepted, number) for number in range(3)][-1]
        assert len(set(ids.values())) == 1
        outcome, history = daily.outcome(), daily.history()
    with Home.opened(tmp_path / "daily") as rebuilt:
        rebuilt.counted = {day(0), day(1), day(2)}
        assert _lived(rebuilt, accepted, 2) == ids
        assert (rebuilt.outcome(), rebuilt.history()) == (outcome, history)
    with Home.opened(tmp_path / "once") as once:
        assert _lived(once, accepted, 2) == ids


def test_a_caller_whose_contact_lands_again_is_as_old_in_one_run_over_all_days_as_day_by_day(tmp_path):
    """Who landed first founds the customer; a corrected contact is the same caller's."""
    contact = {"contact_id": "K1", "channel": "inbound_call", "started_at": datetime(2025, 12, 1),  # noqa: DTZ001
               "caller_number": "13912845671"}  # fmt: skip
    known = {"provider": "p", "record_id": "x", "full_name": "Ann Lee", "mobile": "13912845671", "observed_on": day(-5)}
    accepted = [
        batch(tmp_path, "call_centre.contacts", 0, [contact]),
        batch(tmp_path, PEOPLE, 1, [known]),
        batch(tmp_path, "call_centre.contacts", 2, [contact | {"wait_seconds": 5}]),
    ]
    with Home.opened(tmp_path / "daily") as daily:
        ids = [_lived(daily, accepted, number) for number in range(3)][-1]
    assert len(set(ids.values())) == 1
    with Home.opened(tmp_path / "once") as once:
        assert _lived(once, accepted, 2) == ids


def _lived(home: Home, accepted: list[Accepted], number: int) -> dict[Any, str]:
    """A date resolved from the raw files of all dates until then: the customer's id by record."""
    until = [each for each in accepted if each.on <= day(number)]
    finished = max((on for on in home.counted if on < day(number)), default=None)
    apply_batches(home.connection, landing_tables(), until, hash_key="salt")
    resolve(home.connection, on=day(number), folder=home.folder, counted=home.counted,
            landings=first_landings(until, finished, "salt"), rules=rulebook(), model=expert(), bounds=BOUNDS)  # fmt: skip
    home.counted.add(day(number))
    return home.ids()
