"""A folder that changes after it was taken in: the next run tells of it once and does without it."""

from __future__ import annotations

import json
import sqlite3
from datetime import date

import pytest
from night_kit import REQUIRED, TRANSACTIONS

# Dagster marks a range in one run as beta; this project rests on it
pytestmark = pytest.mark.filterwarnings("ignore:.*is currently in beta")

FIRST, SECOND, THIRD = (date(2026, 1, day) for day in (5, 6, 7))
ROWS = b'{"transaction_id": "t1"}\n'


@pytest.fixture
def later(nights):
    """Two dates, each run in its turn, and a file that came into the first one's folder after that."""
    for on in (FIRST, SECOND):
        nights.land(on, *REQUIRED)
        assert nights.run(on) == on
    (nights.folder(TRANSACTIONS, FIRST) / "late.jsonl").write_bytes(ROWS)
    nights.land(THIRD, *REQUIRED)
    return nights


def told(nights):
    with sqlite3.connect(nights.home.control) as connection:
        bodies = connection.execute("select body from alerts where kind = 'landing.changed'").fetchall()
    return [json.loads(body)["data"] for (body,) in bodies]


def seen_in_the_ui(outcome):
    key = TRANSACTIONS.split(".")
    for event in outcome.get_asset_materialization_events():
        if event.asset_key.path == ["raw", *key]:
            return event.materialization.metadata["dates changed since they were taken in"].value
    raise AssertionError("the table was not taken in")


def test_the_next_run_tells_of_it_and_goes_on(later):
    assert seen_in_the_ui(later.take_in(THIRD)) == [str(FIRST)]
    (alert,) = told(later)
    assert (alert["table"], alert["business_date"]) == (TRANSACTIONS, str(FIRST))
    assert f"make materialize FROM={FIRST} TO={FIRST}" in alert["says"]
    assert later.run(THIRD) == THIRD


def test_it_is_told_of_once_and_again_when_it_changes_again(later):
    later.take_in(THIRD)
    later.take_in(THIRD)
    assert len(told(later)) == 1
    (later.folder(TRANSACTIONS, FIRST) / "later.jsonl").write_bytes(ROWS)
    later.take_in(THIRD)
    assert len(told(later)) == 2


def test_its_own_date_run_again_takes_it_in(later):
    later.take_in(THIRD)
    later.take_in(FIRST)
    (batch,) = (each for each in later.workspace.batches(FIRST) if f"{each.source}.{each.table}" == TRANSACTIONS)
    assert batch.files == 1
    assert seen_in_the_ui(later.take_in(THIRD)) == []
    assert len(told(later)) == 1
