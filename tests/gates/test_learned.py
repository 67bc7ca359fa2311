"""What recent dates make usual, at each boundary; a range learns what its dates learn one by one."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import pytest
from gate_kit import LIMITS, Landing, day, good_row, of_rule
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.batches import Landed, Learning, stale_dates
from expectations.daily import daily_demands
from expectations.demands import DemandError
from expectations.learned import learn, looked_back_to
from expectations.profiles import Count, Profiles, profile
from expectations.recent import parse_recent, recent_entries, watched_columns
from foundation.contract import landing_table, landing_tables

BALANCES, CONTACTS, EVENTS = (landing_table(name) for name in ("core_banking.balances", "call_centre.contacts", "app.events"))
MONDAY = date(2026, 1, 5)
USUAL = 1_000


def batch(rows, number, *, table=BALANCES, quarantined=0, error=None, start=MONDAY):
    return Landed(table, start + timedelta(days=number), start, rows, quarantined, f"content {number}", error)  # type: ignore[arg-type]


def batches(*rows, **more):
    """One batch a date: rows, or rows and quarantined."""
    pairs = [each if isinstance(each, tuple) else (each, 0) for each in rows]
    return [batch(landed, number, quarantined=quarantined, **more) for number, (landed, quarantined) in enumerate(pairs)]


def bounds(landed, limits=LIMITS):
    """What was learned for the last of these batches."""
    return learn(landed, landed[-1:], (), limits).days.to_pylist()[0]


def test_bounds_rest_on_seven_dates_that_brought_rows_and_on_the_first_folder_never():
    assert bounds(batches(9_999, *[USUAL] * 6, 1))["usual"] is None
    known = bounds(batches(9_999, *[USUAL] * 7, 1))
    assert known["usual"] == pytest.approx(USUAL)
    assert known["low"] == pytest.approx(USUAL * math.exp(-0.8))
    assert known["high"] == pytest.approx(USUAL * math.exp(0.8))


def test_a_gate_closes_only_by_dates_of_the_same_kind():
    until_wednesday, until_thursday = batches(9_999, *[USUAL] * 8, 1), batches(9_999, *[USUAL] * 9, 1)
    assert bounds(until_wednesday)["usual"] == pytest.approx(USUAL)
    assert bounds(until_wednesday)["closing_low"] is None, "six working days"
    assert bounds(until_thursday)["closing_low"] == pytest.approx(USUAL * math.exp(-2))


def test_quiet_weekends_close_nothing_from_the_first_week_on():
    week = [10_000] * 5 + [1_000] * 2
    for dates in range(8, 60):
        landed = batches(300_000, *(week * 9)[1:dates])
        known = bounds(landed)
        assert known["closing_low"] is None or known["closing_low"] < known["landed"]


def test_a_folder_that_is_empty_or_could_not_be_read_teaches_nothing():
    assert bounds(batches(5, 0, *[USUAL] * 6, 1))["usual"] is None
    landed = batches(5, *[USUAL] * 7, 1)
    landed[2] = replace(landed[2], error="broken")
    assert bounds(landed)["usual"] is None


def test_where_few_rows_are_usual_nothing_is_learned_of_their_number():
    assert bounds(batches(5, *[99] * 7, 1))["usual"] is None
    assert bounds(batches(5, *[100] * 7, 1))["usual"] == pytest.approx(100)


def test_older_dates_than_the_window_are_forgotten():
    few = replace(LIMITS, learning=Learning(recent_days=7))
    assert bounds(batches(5, *[50_000] * 20, *[USUAL] * 7, 1), few)["usual"] == pytest.approx(USUAL)


def test_a_level_that_changed_for_good_is_usual_again_within_the_window():
    landed = batches(5, *[USUAL] * 28, *[100] * 20, 100)
    assert bounds(landed)["low"] < 100 < bounds(landed)["high"]


def test_a_few_wild_dates_do_not_loosen_the_bounds():
    calm = bounds(batches(5, *[USUAL] * 20, 1))
    wild = bounds(batches(5, *[USUAL] * 17, 1, 1_000_000, 3, 1))
    assert (wild["low"], wild["high"]) == pytest.approx((calm["low"], calm["high"]))


def test_weekends_have_bounds_of_their_own_once_seven_are_known():
    week = [1_000] * 5 + [100] * 2
    saturday = batches(5, *week[1:], *week * 3, *week[:5], 100)
    assert saturday[-1].on.isoweekday() == 6
    assert bounds(saturday)["usual"] == pytest.approx(100)
    assert bounds(saturday[:-1])["usual"] == pytest.approx(1_000)
    assert bounds(batches(5, *week[1:], *week * 2, *week[:5], 100))["usual"] == pytest.approx(1_000)


def test_the_share_quarantined_is_bounded_by_the_usual_and_never_looser_than_the_hard_limit():
    assert bounds(batches(5, *[(USUAL, 10)] * 6, 1))["quarantine_bound"] is None
    assert bounds(batches(5, *[(USUAL, 10)] * 7, 1))["quarantine_bound"] == pytest.approx(0.01 + 4 * 0.005)
    assert bounds(batches(5, *[(USUAL, 100)] * 7, 1))["quarantine_bound"] == LIMITS.max_quarantine_ratio


SCHEDULES = st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 60), st.booleans()), min_size=12, max_size=14)


@settings(max_examples=5, deadline=None, derandomize=True)
@given(SCHEDULES)
def test_a_range_learns_what_its_dates_learn_one_by_one_and_nothing_from_what_comes_later(schedule):
    few = replace(LIMITS, learning=Learning(recent_days=6, least_days=3, least_rows=10))
    landed = [
        batch(rows, number, quarantined=bad, error="e" if broken and bad > 40 else None)
        for number, (rows, bad, broken) in enumerate(schedule)
    ]
    counts = [
        Count(BALANCES.full_name, each.on, each.content_id, "balance", f"{place}", float(place), each.rows_landed // (place + 1))
        for each in landed
        for place in range(3)
        if each.rows_landed > place
    ]
    together = learn(landed, landed, counts, few)
    days, drifts = [], []
    for number, each in enumerate(landed):
        alone = learn(landed[: number + 1], [each], [count for count in counts if count.on <= each.on], few)
        days += alone.days.to_pylist()
        drifts += alone.drifts.to_pylist()
    assert days == together.days.to_pylist()
    assert drifts == together.drifts.to_pylist()


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.lists(st.integers(100, 100_000), min_size=8, max_size=40), st.integers(1, 200_000))
def test_bounds_lie_around_the_usual_and_the_closing_one_below_them(past, rows):
    known = bounds(batches(5, *past, rows))
    assert known["low"] < known["usual"] < known["high"]
    assert known["closing_low"] is None or known["closing_low"] < known["low"]
    assert known["low"] <= known["usual"] * math.exp(-0.8) * (1 + 1e-9)


def shares(number, *parts, column="channel"):
    """Counts of one date, a bin a part."""
    on = MONDAY + timedelta(days=number)
    return [Count(CONTACTS.full_name, on, f"content {number}", column, f"bin {place}", None, n) for place, n in enumerate(parts)]


def drift_of(*dates, limits=LIMITS):
    landed = [batch(sum(parts), number, table=CONTACTS) for number, parts in enumerate(dates)]
    counts = [count for number, parts in enumerate(dates) for count in shares(number, *parts)]
    found = learn(landed, landed[-1:], counts, limits).drifts.to_pylist()
    return found[0]["drift"] if found else None


def test_drift_is_the_population_stability_index_of_a_date_against_the_mean_of_recent_dates():
    past = [(100, 100), (900, 100), *[(100, 100)] * 6]
    p = [((6 * 0.5 + 0.9) / 7), ((6 * 0.5 + 0.1) / 7)]
    expected, found = [(share * 300 + 0.5) / 301 for share in p], [50.5 / 301, 250.5 / 301]
    index = sum((q - e) * math.log(q / e) for e, q in zip(expected, found, strict=True))
    assert drift_of(*past, (50, 250)) == pytest.approx(index, abs=1e-4)


def test_a_date_like_the_others_has_hardly_drifted_and_a_new_value_counts():
    past = [(100, 100)] * 8
    assert drift_of(*past, (104, 96)) < 0.01
    assert drift_of(*past, (100, 100, 60)) > LIMITS.learning.drift


@pytest.mark.parametrize(("dates", "rows"), [(7, 100), (8, 99)])
def test_with_few_dates_or_few_rows_nothing_is_said_of_drift(dates, rows):
    assert drift_of(*[(60, 60)] * dates, (rows, 0)) is None
    assert drift_of(*[(60, 60)] * 8, (100, 0)) is not None


def test_numbers_are_compared_in_bins_that_hold_a_tenth_of_the_expected_rows():
    landed = [batch(160, number) for number in range(9)]
    counts = [
        Count(BALANCES.full_name, each.on, each.content_id, "balance", str(place), float(place), 10)
        for each in landed for place in range(16)
    ]  # fmt: skip
    (found,) = learn(landed, landed[-1:], counts, LIMITS).drifts.to_pylist()
    assert len(found["bins"]) == 10
    assert sum(each["expected"] for each in found["bins"]) == pytest.approx(1, abs=1e-3)


def test_only_allowed_values_booleans_and_named_numbers_are_counted_and_nothing_that_identifies_a_person():
    for table in landing_tables():
        for name, is_number in watched_columns(table, recent_entries()[table]).items():
            column = table.column(name)
            assert not column.pii, f"{table.full_name}.{name}"
            assert is_number or column.allowed or column.type == "boolean", f"{table.full_name}.{name}"


def test_a_batch_is_counted_by_value_and_numbers_by_half_powers_of_two(landing, tmp_path):
    name = "core_banking.transactions"
    rows = [good_row(landing_table(name), day(0), number) for number in range(6)]
    for row, amount, channel in zip(rows, (1, 2, 3, 1000, -4, None), ("web", "web", "atm", None, "pos", "system"), strict=True):
        row |= {"amount": amount, "channel": channel, "counterparty_name": "Secret Name"}
    landed = landing.land(name, day(0), rows, content_id="c")
    counts = profile(landing.batches)
    assert {(c.bin, c.rows) for c in counts if c.column == "channel"} == {("web", 2), ("atm", 1), ("pos", 1), ("", 1)}
    assert {(c.position, c.rows) for c in counts if c.column == "amount"} == {(0, 1), (2, 1), (3, 1), (19, 1), (-4, 1)}
    assert "Secret" not in repr(counts)
    book = Profiles(tmp_path / "control.sqlite")
    book.keep([landed], counts)
    book.keep([landed], counts)
    assert sorted(book.since({landed.table: day(0)}, day(0))) == sorted(counts)
    assert book.since({landed.table: day(1)}, day(9)) == []
    book.keep([landed], [])
    assert book.since({landed.table: day(0)}, day(0)) == []


def test_a_table_is_looked_back_on_as_far_as_its_window_and_no_further():
    landed = batches(*[1] * 40)
    assert looked_back_to(landed, landed[35:], Learning(recent_days=28)) == {BALANCES: landed[7].on}
    assert looked_back_to(landed, landed[3:], Learning(recent_days=28)) == {BALANCES: landed[0].on}


# rows and quarantined on a date after 25 with 1,000 rows, 10 of them quarantined -> the rules against it
DATES = [
    ((450, 0), set()),
    ((449, 0), {"rows_are_usual"}),
    ((2_225, 0), set()),
    ((2_226, 0), {"rows_are_usual"}),
    ((136, 0), {"rows_are_usual"}),
    ((135, 0), {"rows_are_usual", "rows_are_not_far_too_few"}),
    ((0, 0), {"rows_are_usual"}),
    ((1_000, 30), set()),
    ((1_000, 31), {"quarantine_is_usual"}),
]  # fmt: skip


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """The dates above judged by the gate in one range, contacts that drift on the last of ten dates, events that stay away."""
    landing = Landing(tmp_path_factory.mktemp("learned"))
    rows = [(1_000, 10)] * 25 + [date[0] for date in DATES]
    for number, (landed, bad) in enumerate(rows):
        landing.land(BALANCES.full_name, day(number), [], rows_landed=landed, rows_quarantined=bad, content_id=f"{number}")
    counts = []
    for number in range(10):
        contacts = landing.land(CONTACTS.full_name, day(number), [], rows_landed=200, content_id=f"content {number}")
        parts = (150, 50) if number < 9 else (50, 150)
        counts += [replace_on(count, contacts.on) for count in shares(number, *parts)]
    landing.land(EVENTS.full_name, day(0), [])
    stale = stale_dates(landing.batches, day(1), day(4))
    learned = learn(landing.batches, landing.batches, counts, LIMITS)
    findings, verdicts = landing.judge(learned=learned, stale=stale)
    return findings, {(verdict.full_name, verdict.on): verdict for verdict in verdicts}


def replace_on(count, on):
    return count._replace(on=on)


@pytest.mark.parametrize("number", range(len(DATES)), ids=[f"{rows} rows, {bad} quarantined" for (rows, bad), _ in DATES])
def test_a_date_is_unusual_beyond_its_bounds_and_closes_only_far_below_them(judged, number):
    findings, verdicts = judged
    on, (_, rules) = day(25 + number), DATES[number]
    assert {finding.expectation for finding in findings if finding.table == BALANCES.full_name and on in finding.dates} == rules
    assert verdicts[BALANCES.full_name, on].gate == ("closed" if "rows_are_not_far_too_few" in rules else "open")


def test_a_date_that_closes_says_what_is_usual(judged):
    verdict = judged[1][BALANCES.full_name, day(25 + 5)]
    says = "rows_are_not_far_too_few: a date does not bring far fewer rows than usual"
    assert verdict.failures == (f"{says} (135 rows, 450 to 2,225 are usual by 28 recent dates)",)
    finding = of_rule(judged[0], BALANCES.full_name, "rows_are_not_far_too_few")
    assert finding.sentence() == f"{says} ({day(30)}: 135 rows, 450 to 2,225 are usual by 28 recent dates)"


def test_a_column_that_drifts_is_a_warning_of_its_date(judged):
    findings, verdicts = judged
    finding = of_rule(findings, CONTACTS.full_name, "channel_is_distributed_as_usual")
    assert (list(finding.dates), finding.severity) == ([day(9)], "warning")
    assert finding.told[day(9)].startswith("stability index ")
    assert of_rule(findings, CONTACTS.full_name, "outcome_is_distributed_as_usual").passed
    assert verdicts[CONTACTS.full_name, day(9)].gate == "open"


def test_an_optional_table_that_stays_away_too_long_is_missing_with_a_warning_and_holds_nothing_back(judged):
    findings, verdicts = judged
    assert (EVENTS.full_name, day(2)) not in verdicts
    stale = verdicts[EVENTS.full_name, day(3)]
    assert (stale.gate, stale.holds_back) == ("missing", False)
    assert stale.worst_failure == (
        f"is_fresh: the last folder is at most 2 days old (landed last on {day(0)}, 3 days before; 2 are allowed)"
    )
    finding = of_rule(findings, EVENTS.full_name, "is_fresh")
    assert (finding.severity, list(finding.dates)) == ("warning", [day(3), day(4)])


def test_a_table_whose_freshness_is_critical_holds_its_date_back(landing):
    landing.land(EVENTS.full_name, day(0), [])
    (stale,) = stale_dates(landing.batches, day(3), day(3))
    critical = replace(stale, freshness=replace(stale.freshness, severity="critical"))
    (verdict,) = landing.judge([], stale=[critical])[1]
    assert (verdict.gate, verdict.is_required) == ("missing", True)


def test_a_table_that_never_landed_is_absent_and_not_stale():
    assert stale_dates([], day(0), day(400)) == []
    assert stale_dates([batch(1, 0, table=BALANCES, start=day(0))], day(0), day(400)) == [], "required: its folder is missing"


def test_every_rule_about_a_date_as_a_whole_is_of_a_kind_tried_here():
    kinds = {
        "distributed" if demand.code.endswith("_is_distributed_as_usual") else demand.code
        for table in landing_tables() for demand in daily_demands(table, LIMITS)
    }  # fmt: skip
    tried = {
        "rows_are_usual",
        "rows_are_not_far_too_few",
        "quarantine_is_usual",
        "quarantine_is_bounded",
        "cells_are_bounded",
        "is_fresh",
        "distributed",
    }
    assert kinds == tried


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ({"fresh": 1}, "has no fresh"),
        ({"freshness": 3}, "freshness needs max_age_days"),
        ({"freshness": {"max_age_days": 0}}, "freshness needs max_age_days"),
        ({"freshness": {"max_age_days": 3, "severity": "fatal"}}, "severity is one of critical, warning, not 'fatal'"),
        ({"too_few": "closes"}, "severity is one of"),
        ({"numbers": ["mobile"]}, "may only name its numeric columns that identify nobody, not mobile"),
        ({"numbers": ["city"]}, "not city"),
    ],
)
def test_an_entry_that_cannot_be_used_is_refused_by_its_table(entry, complaint):
    with pytest.raises(DemandError, match=f"^recent, t: .*{complaint}"):
        parse_recent("recent, t", landing_table("third_party.people"), entry)


def test_freshness_of_a_required_table_is_refused_because_its_folder_may_not_be_missing():
    with pytest.raises(DemandError, match="is required"):
        parse_recent("t", BALANCES, {"freshness": {"max_age_days": 3}})
