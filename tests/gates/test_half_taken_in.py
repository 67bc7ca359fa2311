"""A run that was killed while it took a judged date in again: what it left is built from by nobody, and taken in by the next."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from unittest.mock import Mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from day_kit import run
from gate_kit import good_row
from night_kit import CUSTOMERS, REQUIRED

from foundation.contract import landing_table

# Dagster marks a range in one run as beta; this project rests on it
pytestmark = pytest.mark.filterwarnings("ignore:.*is currently in beta")

FIRST, SECOND, THIRD = (date(2026, 1, day) for day in (5, 6, 7))
TOLD = rf"a run ended before a gate judged what it took in: .* make materialize FROM={SECOND} TO={SECOND} judges it"


def customers(count: int, **spoiled: object) -> bytes:
    rows = [good_row(landing_table(CUSTOMERS), SECOND, number) | spoiled for number in range(count)]
    kept = BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), kept)
    return kept.getvalue()


@pytest.fixture
def judged(nights):
    """Two finished dates, the later with three customers; then it lands with five."""
    nights.land(FIRST, *REQUIRED)
    nights.land(SECOND, *REQUIRED)
    nights.land(SECOND, CUSTOMERS, a=customers(3))
    assert nights.run(FIRST, SECOND) == SECOND
    nights.land(SECOND, CUSTOMERS, a=customers(5))
    return nights


def take_in_until(nights, place: str) -> None:
    """The later date taken in again, by a run that gets no further than this."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(f"assets.{place}", Mock(side_effect=RuntimeError("the power failed")))
        assert not nights.take_in(SECOND).success


def accepted(nights, last: date) -> list[tuple[date, int]]:
    """The accepted batches of customers up to a date, with their rows."""
    from assets.warehouse import accepted_batches

    files = [(each.on, each.file) for each in accepted_batches(nights.workspace, last) if each.table.full_name == CUSTOMERS]
    return [(on, pq.read_metadata(file).num_rows) for on, file in files]


@pytest.mark.parametrize(
    ("place", "next_on"),
    [("workspace.Workspace.record", THIRD), ("raw.judge_dates", SECOND)],
    ids=["nothing was registered", "nothing was judged"],
)
def test_nothing_is_built_from_what_no_gate_judged_and_any_later_run_takes_it_in(judged, place, next_on):
    from assets.workspace import NotJudgedError

    take_in_until(judged, place)
    assert accepted(judged, FIRST) == [(FIRST, 0)]
    with pytest.raises(NotJudgedError, match=TOLD):
        accepted(judged, SECOND)
    judged.land(THIRD, *REQUIRED)
    assert judged.run(next_on) == next_on
    assert dict(accepted(judged, next_on))[SECOND] == 5


def test_what_the_gate_refuses_by_then_is_held_back_and_until_then_rebuild_deletes_nothing(judged):
    take_in_until(judged, "workspace.Workspace.record")
    judged.home.warehouse.touch()
    done = run(judged.home.root, "rebuild", C360_LANDING=str(judged.home.landing))
    assert done.code == 1
    assert re.search(f"^Stopped. {TOLD}", done.output, re.MULTILINE), done.output
    assert judged.home.warehouse.exists()

    judged.land(SECOND, CUSTOMERS, a=b"cut short")
    judged.land(THIRD, *REQUIRED)
    assert judged.run(THIRD) is None
