"""Which month ends a run over dates passes, and which of them it still has to log."""

from __future__ import annotations

from datetime import date

import pytest

from assets.month_ends import month_ends, to_log


@pytest.mark.parametrize(
    ("first", "last", "passed"),
    [
        (date(2025, 1, 30), date(2025, 1, 31), []),
        (date(2025, 1, 31), date(2025, 1, 31), []),
        (date(2025, 1, 31), date(2025, 2, 1), [date(2025, 1, 31)]),
        (date(2025, 2, 1), date(2025, 2, 28), []),
        (date(2025, 2, 1), date(2025, 3, 1), [date(2025, 2, 28)]),
        (date(2024, 2, 28), date(2024, 3, 31), [date(2024, 2, 29)]),
        (date(2024, 11, 15), date(2025, 2, 1), [date(2024, 11, 30), date(2024, 12, 31), date(2025, 1, 31)]),
        (date(2025, 2, 2), date(2025, 2, 1), []),
    ],
)
def test_month_ends_lie_from_the_first_date_to_before_the_last(first: date, last: date, passed: list[date]) -> None:
    assert list(month_ends(first, last)) == passed


@pytest.mark.parametrize(
    ("finished", "left"),
    [
        (None, [date(2025, 1, 31), date(2025, 2, 28)]),
        (date(2025, 1, 30), [date(2025, 1, 31), date(2025, 2, 28)]),
        (date(2025, 1, 31), [date(2025, 2, 28)]),
        (date(2025, 2, 28), []),
    ],
)
def test_a_month_end_that_was_finished_is_not_logged_again(finished: date | None, left: list[date]) -> None:
    assert to_log(date(2025, 1, 1), date(2025, 3, 5), finished) == left
