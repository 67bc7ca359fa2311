"""Letting through what closed: by name and reason, exactly one content, and never what could not be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from home_kit import NAME, NEXT_ON, ON, closed, home_in, spoken
from night_kit import BALANCES, CUSTOMERS, REQUIRED, TRANSACTIONS

from assets.overriding import OverrideError, override
from expectations.verdicts import first_held_date

WHO = {"by": "Li Wei", "reason": "the bank was closed for the festival"}


@pytest.fixture
def home(tmp_path):
    return home_in(tmp_path)


def standing(book):
    (verdict,) = book.through(ON)
    return verdict


def test_an_override_lets_the_date_through_and_says_who_when_and_why(home):
    book = spoken(home, closed())
    assert first_held_date(book.through(ON)) == ON
    assert override(home, NAME, ON, **WHO) == closed()
    verdict = standing(book)
    assert (verdict.gate, verdict.lets_through, verdict.holds_back) == ("overridden", True, False)
    assert (verdict.override.by, verdict.override.reason) == (WHO["by"], WHO["reason"])
    assert timedelta(0) <= datetime.now(UTC) - verdict.override.at < timedelta(minutes=5)
    assert verdict.failures == closed().failures
    assert first_held_date(book.through(ON)) is None


def test_it_holds_when_the_same_content_is_judged_again_and_not_for_another_content(home):
    book = spoken(home, closed())
    override(home, NAME, ON, **WHO)
    book.record([closed()])
    assert standing(book).gate == "overridden"
    book.record([closed("two")])
    assert standing(book).gate == "closed"
    book.record([closed("one")])
    assert standing(book).gate == "overridden"


def test_it_covers_the_expectations_that_failed_and_no_others(home):
    book = spoken(home, closed(failures=("one_rule: no row is so (3 rows)", "another: nor so (2 rows)")))
    override(home, NAME, ON, **WHO)
    for failures in [("one_rule: no row is so (9 rows)",), ("another: nor so (2 rows)", "one_rule: no row is so (3 rows)")]:
        book.record([closed(failures=failures)])
        assert standing(book).gate == "overridden"
    book.record([closed(failures=("one_rule: no row is so (3 rows)", "a_third: nor so (1 rows)"))])
    assert (standing(book).gate, standing(book).override) == ("closed", None)
    override(home, NAME, ON, **WHO)
    assert standing(book).gate == "overridden"


def test_what_is_open_by_itself_is_not_called_overridden(home):
    book = spoken(home, closed())
    override(home, NAME, ON, **WHO)
    book.record([closed(gate="open", failures=())])
    assert (standing(book).gate, standing(book).override) == ("open", None)


def test_a_missing_folder_can_be_let_through_until_it_lands(home):
    book = spoken(home, closed("", gate="missing"), content_id="")
    override(home, NAME, ON, **WHO)
    assert standing(book).gate == "overridden"
    book.record([closed("landed late")])
    assert standing(book).gate == "closed"


def test_a_missing_folder_let_through_lets_nothing_else_of_its_date_through(home):
    # a file that could not be read had no content id of its own once, as a missing folder has none: such books are kept
    book = spoken(home, closed("", gate="missing"), content_id="")
    override(home, NAME, ON, **WHO)
    book.record([closed("")])
    assert (standing(book).gate, standing(book).override) == ("closed", None)
    book.record([closed("", gate="missing")])
    assert standing(book).gate == "overridden"


@pytest.mark.filterwarnings("ignore:.*is currently in beta")
@pytest.mark.parametrize("taken_in_by", [ON, NEXT_ON], ids=["its own date", "the next one"])
def test_a_file_that_cannot_be_read_is_closed_where_its_missing_folder_was_let_through(nights, taken_in_by):
    before = ON - timedelta(1)
    nights.land(before, *REQUIRED)
    nights.land(ON, CUSTOMERS, TRANSACTIONS)
    assert nights.run(before, ON) == before
    override(nights.home, BALANCES, ON, **WHO)
    assert nights.workspace.effective_dates(ON) == (ON, None)
    nights.land(ON, BALANCES, cut_short=b"PAR1")
    nights.land(NEXT_ON, *REQUIRED)
    assert nights.run(taken_in_by) is None
    (verdict,) = [each for each in nights.verdicts() if each.full_name == BALANCES and each.on == ON]
    assert (verdict.gate, verdict.override) == ("closed", None)
    assert "cut_short.parquet: it cannot be read" in verdict.failures[0]
    with pytest.raises(OverrideError, match="could not be read"):
        override(nights.home, BALANCES, ON, **WHO)
    (nights.folder(BALANCES, ON) / "cut_short.parquet").unlink()
    assert nights.run(ON, NEXT_ON) == NEXT_ON


@pytest.mark.parametrize("blank", [{"by": "  "}, {"reason": "\n"}, {"by": "", "reason": ""}])
def test_an_override_without_a_name_or_a_reason_is_refused(home, blank):
    book = spoken(home, closed())
    with pytest.raises(OverrideError, match="needs a name"):
        override(home, NAME, ON, **(WHO | blank))
    assert standing(book).gate == "closed"


def test_what_could_not_be_read_has_no_rows_to_let_through(home):
    spoken(home, closed(), error="a.csv: the manifest promises 3 rows, and 2 are there")
    with pytest.raises(
        OverrideError, match=r"could not be read, so there are no rows to let through: a\.csv: .*Replace its files"
    ):
        override(home, NAME, ON, **WHO)


def test_content_that_changed_since_it_was_judged_is_refused(home):
    spoken(home, closed(), content_id="two")
    with pytest.raises(OverrideError, match="has changed since it was judged"):
        override(home, NAME, ON, **WHO)


@pytest.mark.parametrize(
    ("verdict", "complaint"),
    [
        (closed(gate="open", failures=()), "is open: there is nothing to override"),
        (closed("", gate="missing", is_required=False), "holds nothing back"),
    ],
)
def test_what_holds_nothing_back_is_not_overridden(home, verdict, complaint):
    spoken(home, verdict, content_id=verdict.content_id)
    with pytest.raises(OverrideError, match=complaint):
        override(home, NAME, ON, **WHO)


def test_an_unknown_table_a_date_that_was_not_judged_and_a_second_override_are_refused(home):
    spoken(home, closed())
    with pytest.raises(OverrideError, match="no table of the landing contract"):
        override(home, "gate.gate_3", ON, **WHO)
    with pytest.raises(OverrideError, match="has not judged"):
        override(home, NAME, NEXT_ON, **WHO)
    override(home, NAME, ON, **WHO)
    with pytest.raises(OverrideError, match="let through by Li Wei at "):
        override(home, NAME, ON, **WHO)


def test_an_optional_table_may_be_let_through_for_its_rows(home):
    book = spoken(home, replace(closed(), is_required=False))
    override(home, NAME, ON, **WHO)
    assert standing(book).lets_through
