"""Whatever lands whenever: a range, day by day and a rebuild end in the same tables, from raw through the marts, and
these agree with themselves: everybody has one tier, stage and micro-segment, changes add up, AUM is the sum of its parts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from bank_homes import Contents, QuickBank
from dbt_statements import Statements
from hypothesis import HealthCheck, event, given, settings
from landing_schedules import Schedule, live_at_once, live_day_by_day, schedules

_CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
THOROUGH = settings(deadline=None, suppress_health_check=_CHECKS, print_blob=True)


@contextmanager
def quick_bank(statements: Statements) -> Iterator[QuickBank]:
    with TemporaryDirectory() as folder:
        bank = QuickBank(Path(folder), statements)
        yield bank
        bank.close()


def differing(these: Contents, those: Contents) -> list[str]:
    return sorted(name for name in these.keys() | those.keys() if these.get(name) != those.get(name))


def check(schedule: Schedule, statements: Statements) -> None:
    last = schedule.dates[-1]
    with quick_bank(statements) as at_once:
        assert live_at_once(at_once, schedule) == last
        expected = at_once.contents()
        assert at_once.against_demands() == []
    with quick_bank(statements) as by_day:
        assert live_day_by_day(by_day, schedule) == last
        event(f"day by day: {', '.join(sorted(set(by_day.kinds)))}")
        assert differing(by_day.contents(), expected) == []
        assert by_day.against_demands() == []
        published = by_day.ids()
        assert by_day.rebuild(last) == last
        assert differing(by_day.contents(), expected) == []
        assert by_day.ids() == published


@settings(THOROUGH, max_examples=2)
@given(schedules())
def test_a_range_day_by_day_and_a_rebuild_agree_on_any_schedule(statements: Statements, schedule: Schedule) -> None:
    check(schedule, statements)


@pytest.mark.slow
@settings(THOROUGH, max_examples=300)
@given(schedules())
def test_they_agree_on_hundreds_of_schedules(statements: Statements, schedule: Schedule) -> None:
    check(schedule, statements)
