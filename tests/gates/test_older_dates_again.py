"""Older dates that are run again: what the newest marts rest on holds them back, nobody is approached, nothing is lost."""

from __future__ import annotations

from datetime import date

import dagster as dg
import pytest
from night_kit import BALANCES, CUSTOMERS, REQUIRED, TRANSACTIONS

# Dagster marks a range in one run as beta; this project rests on it
pytestmark = pytest.mark.filterwarnings("ignore:.*is currently in beta")

FIRST, SECOND, THIRD, FOURTH = (date(2026, 1, day) for day in (5, 6, 7, 8))


@pytest.fixture
def finished(nights):
    """Three dates, each run in its turn."""
    for on in (FIRST, SECOND, THIRD):
        nights.land(on, *REQUIRED)
        assert nights.run(on) == on
    return nights


@pytest.fixture
def closed(finished):
    """The second of them came again, and cannot be read."""
    finished.land(SECOND, TRANSACTIONS, rows=b"no Parquet")
    return finished


@pytest.mark.parametrize(("first", "last"), [(SECOND, SECOND), (FIRST, SECOND), (FIRST, THIRD), (THIRD, THIRD), (THIRD, FOURTH)])
def test_a_closed_date_that_the_newest_marts_rest_on_holds_back_every_run(closed, first, last):
    closed.take_in(SECOND)
    closed.land(FOURTH, *REQUIRED)
    assert closed.run(first, last) is None
    with pytest.raises(dg.Failure, match=f"{SECOND} is held back at gate 1: {TRANSACTIONS} is closed.*nothing was changed"):
        closed.workspace.as_of(first, last)
    closed.land(SECOND, TRANSACTIONS)
    (closed.folder(TRANSACTIONS, SECOND) / "rows.parquet").unlink()
    assert closed.run(SECOND) == THIRD


def test_a_date_closed_after_the_newest_marts_holds_back_itself_alone(finished):
    finished.land(FOURTH, BALANCES, CUSTOMERS)
    finished.land(FOURTH, TRANSACTIONS, rows=b"no Parquet")
    assert finished.run(THIRD, FOURTH) == THIRD
    assert finished.run(FOURTH) is None


@pytest.mark.filterwarnings("ignore:.*is deprecated and will be removed in Click 9")  # met by typer
def test_a_rebuild_that_a_closed_date_would_stop_deletes_nothing(closed, capsys):
    from click.exceptions import Exit

    from orchestration.recovery import _rebuild

    closed.take_in(SECOND)
    for path in closed.home.derived:
        path.write_bytes(b"as it was")
    with pytest.raises(Exit):
        _rebuild(closed.home)
    assert [path.read_bytes() for path in closed.home.derived] == [b"as it was"] * len(closed.home.derived)
    assert f"make why-closed DATE={SECOND}" in " ".join(capsys.readouterr().out.split())


def test_a_run_of_older_dates_than_the_marts_decides_for_nobody(finished):
    from assets.decisions import date_to_decide

    assert date_to_decide(finished.workspace, THIRD, SECOND) is None
    assert date_to_decide(finished.workspace, THIRD, THIRD) == THIRD


def test_the_sensor_asks_for_no_date_that_a_history_published(finished):
    from orchestration.sensors import next_landed_date

    progress = finished.workspace.progress
    assert next_landed_date(finished.home) == FIRST
    progress.finish("published", SECOND)
    assert next_landed_date(finished.home) == THIRD
    progress.finish("day", FIRST)
    assert next_landed_date(finished.home) == THIRD
    progress.finish("day", THIRD)
    assert next_landed_date(finished.home) is None


def test_where_nothing_ever_landed_no_empty_bank_is_published(nights):
    nights.land(FIRST, "app.events")
    with pytest.raises(dg.Failure, match=r"no required table has a folder of 2026-01-06 or before in .*C360_LANDING"):
        nights.workspace.as_of(SECOND, SECOND)
    nights.land(SECOND, *REQUIRED)
    assert nights.run(FIRST, SECOND) == SECOND
