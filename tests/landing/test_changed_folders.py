"""A folder that changes after it was taken in is found, and one that only looks as if is read once and let be."""

from __future__ import annotations

import os
import time
from datetime import date

import pytest

from integrations.sources.file_drop.changed import changed_since
from integrations.sources.file_drop.scan import scan

LATER = "2026-01-06"


@pytest.fixture
def things(bank):
    """Two dates, taken in."""
    made = bank({"id": "text!", "size": "integer"}, ["id"])
    made.land("id,size\n1,5\n", name="b.csv")
    made.land("id,size\n1,7\n", on=LATER)
    return made


@pytest.fixture
def known(things):
    return {(each.source, each.table, each.on): each for each in things.take_in()}


def changed(things, known):
    found = scan(things.home.landing, [things.table], date.min, date.max)
    return [str(batch.on) for batch in changed_since(found, known, things.home, time_zone="Asia/Shanghai")]


def test_a_landing_at_rest_has_not_changed(things, known):
    assert changed(things, known) == []


@pytest.mark.parametrize("name", ["a.csv", "b.csv", "c.jsonl"])
def test_a_file_that_came_later_or_was_replaced_is_found(things, known, name):
    things.land("id,size\n1,6\n" if name.endswith("csv") else '{"id": "2"}\n', name=name)
    assert changed(things, known) == ["2026-01-05"]
    assert changed(things, known) == ["2026-01-05"]  # until it is taken in
    known |= {(each.source, each.table, each.on): each for each in things.take_in()}
    assert changed(things, known) == []


def test_a_file_that_went_is_found(things, known):
    (things.folder(LATER) / "a.csv").unlink()
    assert changed(things, known) == [LATER]


def test_a_file_of_no_known_kind_is_a_change_too(things, known):
    things.land("?", name="a.xlsx")
    assert changed(things, known) == ["2026-01-05"]


def test_a_folder_that_was_copied_as_it_was_is_read_once_and_let_be(things, known):
    file = things.folder() / "b.csv"
    raw = things.home.raw_batch("bank", "things", date(2026, 1, 5))
    before = time.time_ns()
    os.utime(file, ns=(before, before))
    os.utime(raw, ns=(before - 10**9, before - 10**9))
    assert changed(things, known) == []
    assert raw.stat().st_mtime_ns >= before


def test_what_was_never_taken_in_or_could_not_be_is_not_looked_at(things, known):
    things.land("id,size\n1,6\n", name="c.csv", on="2026-01-07")
    assert changed(things, known) == []
    things.land("no column of ours\n1\n", name="a.csv")
    refused = {(each.source, each.table, each.on): each for each in things.take_in()}
    assert refused["bank", "things", date(2026, 1, 5)].error
    things.land("id,size\n1,6\n", name="a.csv")
    assert changed(things, refused) == []
