"""What the gates decided, kept and read back."""

from __future__ import annotations

from datetime import date

import pytest

from expectations.verdicts import Verdict, Verdicts, first_held_date
from foundation.books import BookError

MONDAY, TUESDAY, WEDNESDAY = date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7)


def verdict(on, gate="open", *, table="customers", required=True, **more):
    return Verdict("core_banking", table, on, required, gate, **more)


@pytest.fixture
def verdicts(tmp_path):
    return Verdicts(tmp_path / "home" / "control.sqlite")


def test_verdicts_come_back_as_they_were_oldest_first(verdicts):
    given = [
        verdict(TUESDAY, "closed", content_id="b", failures=("worst: 姓名 (2 rows)", "other: it is (1 rows)")),
        verdict(MONDAY, content_id="a"),
        verdict(MONDAY, "missing", table="accounts", required=False),
    ]
    verdicts.record(given)
    assert verdicts.through(TUESDAY) == [given[2], given[1], given[0]]
    assert verdicts.through(MONDAY) == [given[2], given[1]]


def test_a_table_judged_again_has_its_new_verdict_alone(verdicts):
    verdicts.record([verdict(MONDAY, "missing"), verdict(TUESDAY, "closed", content_id="a", failures=("f",))])
    verdicts.record([verdict(MONDAY, content_id="b"), verdict(TUESDAY, content_id="c")])
    assert verdicts.through(WEDNESDAY) == [verdict(MONDAY, content_id="b"), verdict(TUESDAY, content_id="c")]


def test_a_home_without_verdicts_has_none(verdicts):
    assert verdicts.through(WEDNESDAY) == []
    assert first_held_date([]) is None


@pytest.mark.parametrize(("gate", "required", "holds"), [
    ("open", True, False), ("closed", True, True), ("missing", True, True), ("closed", False, False), ("missing", False, False),
])  # fmt: skip
def test_only_a_required_table_that_is_not_open_holds_its_date_back(gate, required, holds):
    assert verdict(MONDAY, gate, required=required).holds_back is holds
    assert first_held_date([verdict(MONDAY, gate, required=required)]) == (MONDAY if holds else None)


def test_the_first_held_date_is_the_earliest_in_whatever_order():
    given = [verdict(WEDNESDAY, "closed"), verdict(MONDAY, "closed", required=False), verdict(TUESDAY, "missing")]
    assert first_held_date(given) == first_held_date(given[::-1]) == TUESDAY


def test_a_recording_that_fails_keeps_nothing_of_it(verdicts):
    verdicts.record([verdict(MONDAY)])
    with pytest.raises(BookError, match="gate in"):
        verdicts.record([verdict(MONDAY, "closed"), verdict(TUESDAY, "ajar")])
    assert verdicts.through(WEDNESDAY) == [verdict(MONDAY)]
