"""A date that no run asked for: what is missing on it holds later dates back as it would within a run, and nothing else does."""

from __future__ import annotations

from datetime import date

import dagster as dg
import pytest
from night_kit import BALANCES, CUSTOMERS, REQUIRED, TRANSACTIONS

from assets.overriding import override
from assets.why_closed import why_closed
from expectations.verdicts import Verdict
from integrations.sources import registry
from integrations.sources.book import Book, Extraction
from integrations.sources.registry import BatchResult

# Dagster marks a range in one run as beta; this project rests on it
pytestmark = pytest.mark.filterwarnings("ignore:.*is currently in beta")

FIRST, SECOND, THIRD, FOURTH = (date(2026, 1, day) for day in (5, 6, 7, 8))
OPTIONAL = "app.events"
WHO = {"by": "Li Wei", "reason": "the bank was closed for the festival"}


@pytest.fixture
def skipped(nights):
    """The first date was finished; the second landed without its transactions and nobody ran it; the third is whole."""
    nights.land(FIRST, *REQUIRED)
    assert nights.run(FIRST) == FIRST
    nights.land(SECOND, BALANCES, CUSTOMERS)
    nights.land(THIRD, *REQUIRED)
    return nights


def test_the_next_date_is_held_back_by_what_is_missing_on_the_skipped_one_until_that_lands(skipped):
    result = skipped.take_in(THIRD)
    assert not result.success
    told = [each for each in result.get_asset_check_evaluations() if not each.passed]
    assert [(each.asset_key.path[-1], each.severity, each.description) for each in told] == [
        (
            "transactions",
            dg.AssetCheckSeverity.ERROR,
            f"{SECOND}: landed: {TRANSACTIONS} is required and has no folder for {SECOND};"
            " land it (an empty folder says that nothing changed) or override it",
        )
    ]
    with pytest.raises(dg.Failure, match=f"{SECOND} is held back at gate 1: {TRANSACTIONS} is missing: .* or override it"):
        skipped.workspace.as_of(THIRD, THIRD)
    skipped.land(SECOND, TRANSACTIONS)
    assert skipped.run(THIRD) == THIRD
    assert {verdict.gate for verdict in skipped.verdicts()} == {"open"}


def test_why_closed_leads_from_the_date_that_was_run_to_the_skipped_one_which_can_be_let_through(skipped):
    assert skipped.run(THIRD) is None
    assert f"It is held back by {SECOND}: make why-closed DATE={SECOND}" in why_closed(skipped.home, THIRD)
    told = "\n".join(why_closed(skipped.home, SECOND))
    for text in (
        f"Gate 1 closed on {SECOND}", f"{TRANSACTIONS} is missing (required)", f"{SECOND} and every later date",
        f"drop {skipped.folder(TRANSACTIONS, SECOND)} (an empty folder says that nothing changed)",
        f'make override TABLE={TRANSACTIONS} DATE={SECOND} BY="your name"', f"make materialize FROM={SECOND} TO={THIRD}",
    ):  # fmt: skip
        assert text in told
    assert "missing · 缺失" in (skipped.home.gates / f"{SECOND}.html").read_text(encoding="utf-8")
    override(skipped.home, TRANSACTIONS, SECOND, **WHO)
    assert skipped.run(THIRD) == THIRD


@pytest.fixture
def begun(nights):
    """Balances and an optional table landed on the first date and were let through, and customers on the third, unreadable."""
    for name, on, error in ((BALANCES, FIRST, None), (OPTIONAL, FIRST, None), (CUSTOMERS, THIRD, "a.csv: it cannot be read")):
        table = name.split(".")
        registry.record(nights.home.control, [BatchResult(*table, on, files=0, content_id=name, error=error)])
        gate = "closed" if error else "open"
        nights.workspace.verdicts.record([Verdict(*table, on, name != OPTIONAL, gate, name)])
    return nights


@pytest.mark.parametrize(
    ("finished", "run", "looked_at"),
    [
        ([], (THIRD, FOURTH), [THIRD, FOURTH]),
        ([FIRST], (FOURTH, FOURTH), [SECOND, THIRD, FOURTH]),
        ([FIRST], (SECOND, FOURTH), [SECOND, THIRD, FOURTH]),
        ([FIRST, SECOND], (FOURTH, FOURTH), [THIRD, FOURTH]),
        ([FIRST, THIRD], (FOURTH, FOURTH), [FOURTH]),
        ([FIRST, THIRD], (SECOND, SECOND), [SECOND]),
        ([FIRST, FOURTH], (THIRD, FOURTH), [THIRD, FOURTH]),
    ],
    ids=["a first load", "a skipped stretch", "a range", "one skipped date", "none skipped", "an old date", "an old range"],
)
def test_missing_dates_are_those_of_the_run_and_those_between_it_and_the_last_finished_one(begun, finished, run, looked_at):
    from assets.judging import judge_dates

    for on in finished:
        begun.workspace.progress.finish("marts", on)
    _, verdicts = judge_dates(begun.workspace, *run)
    missing = [(verdict.full_name, verdict.on) for verdict in verdicts if verdict.holds_back and verdict.gate == "missing"]
    # neither what is optional, nor what never landed, nor a table before the date on which it landed for the first time
    expected = [(name, on) for on in looked_at for name in (BALANCES, CUSTOMERS) if name == BALANCES or on > THIRD]
    assert missing == expected


@pytest.mark.parametrize(
    ("found_by", "read_on", "run", "missing_on"),
    [
        ("changed_since last_update timestamp", FOURTH, (FOURTH, FOURTH), [FOURTH]),
        ("full", THIRD, (FOURTH, FOURTH), [THIRD, FOURTH]),
        ("full", FOURTH, (SECOND, FOURTH), [FOURTH]),
        ("full", FOURTH, (THIRD, THIRD), [SECOND, THIRD]),
        ("business_date posted_on", FOURTH, (FOURTH, FOURTH), [SECOND, THIRD, FOURTH]),
    ],
    ids=["by its changes", "in full", "a range", "not read yet", "a date at a time"],
)
def test_what_its_source_gave_on_a_later_date_is_not_missing_on_a_skipped_one(begun, found_by, read_on, run, missing_on):
    from assets.judging import judge_dates

    begun.workspace.progress.finish("marts", FIRST)
    Book(begun.home.sources).record(Extraction(BALANCES, read_on, 3, found_by))
    _, verdicts = judge_dates(begun.workspace, *run)
    assert [verdict.on for verdict in verdicts if verdict.full_name == BALANCES] == missing_on


@pytest.fixture
def down(nights):
    """The first date was finished; on the second the source of the balances was down, which that night's run said."""
    nights.land(FIRST, *REQUIRED)
    assert nights.run(FIRST) == FIRST
    nights.land(SECOND, CUSTOMERS, TRANSACTIONS)
    assert nights.run(SECOND) is None
    nights.land(THIRD, *REQUIRED)
    return nights


def test_what_a_run_missed_is_taken_back_when_its_source_catches_up(down):
    page = down.home.gates / f"{SECOND}.html"
    assert f"no folder for {SECOND}" in page.read_text(encoding="utf-8")
    Book(down.home.sources).record(Extraction(BALANCES, THIRD, 3, "changed_since last_update timestamp"))
    assert down.run(THIRD) == THIRD
    assert {verdict.gate for verdict in down.verdicts()} == {"open"}
    assert f"no folder for {SECOND}" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("found_by", ["business_date posted_on", None], ids=["a date at a time", "no source at all"])
def test_it_stands_where_the_source_did_not_give_it_since(down, found_by):
    if found_by:
        Book(down.home.sources).record(Extraction(BALANCES, THIRD, 3, found_by))
    assert down.run(THIRD) is None


def test_what_somebody_let_through_stays_so(down):
    override(down.home, BALANCES, SECOND, **WHO)
    Book(down.home.sources).record(Extraction(BALANCES, THIRD, 3, "full"))
    assert down.run(THIRD) == THIRD
    assert [(verdict.full_name, verdict.on) for verdict in down.verdicts() if verdict.gate == "overridden"] == [
        (BALANCES, SECOND)
    ]


def test_a_home_without_sources_gets_no_book_of_them(begun):
    from assets.judging import judge_dates

    judge_dates(begun.workspace, FOURTH, FOURTH)
    assert not begun.home.sources.exists()


def test_of_two_dates_that_cannot_be_read_each_is_told_of_its_own_file(nights):
    nights.land(FIRST, *REQUIRED)
    nights.land(SECOND, *REQUIRED, of_the_second=b"PAR1")
    nights.land(THIRD, *REQUIRED, of_the_third=b"PAR1")
    assert nights.run(FIRST, THIRD) == FIRST
    told = {on: "\n".join(why_closed(nights.home, on)) for on in (SECOND, THIRD)}
    shown = {on: (nights.home.gates / f"{on}.html").read_text(encoding="utf-8") for on in (SECOND, THIRD)}
    for on, own, other in ((SECOND, "of_the_second", "of_the_third"), (THIRD, "of_the_third", "of_the_second")):
        assert own in told[on] and other not in told[on]
        assert own in shown[on] and other not in shown[on]
