"""Every rule of gate 1 on both sides of its boundary: the contract's own, and each one in expectations/landing.yml.

All cases are judged together, each on a date of its own: a rule must close its date and no other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import yaml
from gate_kit import FIRST, KNOWN, LIMITS, Landing, Row, day, good_row, of_rule

from expectations.daily import daily_demands
from expectations.landing import RULES, landing_demands
from foundation.contract import Table, landing_table, landing_tables

ENTRIES = yaml.safe_load(RULES.read_text(encoding="utf-8"))
Spoil = Callable[[date], Row]


def next_day(on: date) -> date:
    return on + timedelta(days=1)


def last_moment(on: date) -> datetime:
    return datetime.combine(on, time.max)


def first_moment_after(on: date) -> datetime:
    return datetime.combine(next_day(on), time.min)


def values(column: str, *given: Any) -> list[Spoil]:
    return [lambda _, value=value: {column: value} for value in given]


def dated(column: str, at: Callable[[date], Any]) -> list[Spoil]:
    return [lambda on: {column: at(on)}]


def day_before(on: date) -> date:
    return on - timedelta(days=1)


def moment_before(on: date) -> datetime:
    return datetime.combine(on, time(11, 59, 59))


def of_day(column: str) -> tuple[list[Spoil], list[Spoil]]:
    """A date that may be the landing's own, and none after it."""
    return dated(column, lambda on: on), dated(column, next_day)


def of_moment(column: str) -> tuple[list[Spoil], list[Spoil]]:
    """A time that may be the last of the landing's day, and none after it."""
    return dated(column, last_moment), dated(column, first_moment_after)


def not_negative(column: str, just_below: Any = "-0.01") -> tuple[list[Spoil], list[Spoil]]:
    return values(column, 0, None), values(column, just_below)


def not_before(column: str, before: Callable[[date], Any] = moment_before) -> tuple[list[Spoil], list[Spoil]]:
    """As early as what it follows (a good row has all its dates and times alike), or unknown; and just earlier."""
    return [*values(column, None), lambda _: {}], dated(column, before)


def _same_record(_: date) -> Row:
    return {"source_a": "app.users", "source_b": "app.users", "record_a": "U1", "record_b": "U1"}


def _customer(column: str, record: str) -> Spoil:
    return lambda _: {f"source_{column}": "core_banking.customers", f"record_{column}": record}


# (table, rule) -> rows that just pass, rows that just fail
BOUNDARIES: dict[tuple[str, str], tuple[list[Spoil], list[Spoil]]] = {
    ("core_banking.customers", "nobody_is_born_after_landing"): of_day("birth_date"),
    ("core_banking.customers", "monthly_income_is_not_negative"): not_negative("monthly_income"),
    ("core_banking.customers", "opening_is_not_from_the_future"): (
        [lambda on: {"opened_on": on}],
        [lambda on: {"opened_on": next_day(on), "closed_on": None}],
    ),
    ("core_banking.customers", "assessment_is_not_from_the_future"): of_day("risk_assessed_on"),
    ("core_banking.customers", "leaves_after_joining"): not_before("closed_on", day_before),
    ("core_banking.products", "annual_rate_is_a_fraction"): (
        values("annual_rate", "-0.1", 1, None),
        values("annual_rate", "-0.100001", "1.000001"),
    ),
    ("core_banking.products", "quota_is_not_negative"): not_negative("quota"),
    ("core_banking.products", "withdrawn_after_it_was_launched"): not_before("withdrawn_on", day_before),
    ("core_banking.accounts", "opening_is_not_from_the_future"): (
        [lambda on: {"opened_on": on}],
        [lambda on: {"opened_on": next_day(on), "matures_on": None, "closed_on": None}],
    ),
    ("core_banking.accounts", "closes_after_it_opened"): not_before("closed_on", day_before),
    ("core_banking.accounts", "matures_after_it_opened"): not_before("matures_on", day_before),
    ("core_banking.accounts", "credit_limit_is_not_negative"): not_negative("credit_limit"),
    ("core_banking.balances", "balance_is_not_from_the_future"): of_day("balance_date"),
    ("core_banking.balances", "days_past_due_is_not_negative"): not_negative("days_past_due", -1),
    ("core_banking.transactions", "amount_is_not_negative"): (values("amount", 0), values("amount", "-0.01")),
    ("core_banking.transactions", "posting_is_not_from_the_future"): of_moment("posted_at"),
    ("core_banking.benefit_events", "event_is_not_from_the_future"): (
        dated("occurred_at", last_moment),
        [lambda on: {"occurred_at": first_moment_after(on), "expires_on": None}],
    ),
    ("core_banking.benefit_events", "cost_is_not_negative"): not_negative("cost"),
    ("core_banking.benefit_events", "expires_after_it_was_granted"): (
        [*not_before("expires_on", day_before)[0], lambda on: {"event": "expired", "expires_on": day_before(on)}],
        dated("expires_on", day_before),
    ),
    ("core_banking.fx_rates", "rate_is_positive"): (values("rate", "0.00000001"), values("rate", 0, -1)),
    ("core_banking.fx_rates", "rate_is_not_from_the_future"): of_day("rate_date"),
    ("app.users", "registration_is_not_from_the_future"): of_moment("registered_at"),
    ("app.events", "event_is_not_from_the_future"): of_moment("occurred_at"),
    ("call_centre.contacts", "start_is_not_from_the_future"): (
        [lambda on: {"started_at": last_moment(on), "ended_at": None}],
        [lambda on: {"started_at": first_moment_after(on), "ended_at": None}],
    ),
    ("call_centre.contacts", "ends_after_it_started"): not_before("ended_at"),
    ("call_centre.contacts", "waiting_is_not_negative"): not_negative("wait_seconds", -1),
    ("call_centre.contacts", "service_is_not_negative"): not_negative("service_seconds", -1),
    ("call_centre.tickets", "opening_is_not_from_the_future"): (
        [lambda on: {"opened_at": last_moment(on), "first_response_at": None, "resolved_at": None}],
        [lambda on: {"opened_at": first_moment_after(on), "first_response_at": None, "resolved_at": None}],
    ),
    ("call_centre.tickets", "answered_after_it_opened"): (
        not_before("first_response_at")[0] + not_before("resolved_at")[0],
        dated("first_response_at", moment_before) + dated("resolved_at", moment_before),
    ),
    ("call_centre.surveys", "nps_score_is_0_to_10"): (values("nps_score", 0, 10, None), values("nps_score", -1, 11)),
    ("call_centre.surveys", "satisfaction_is_1_to_5"): (values("satisfaction", 1, 5, None), values("satisfaction", 0, 6)),
    ("call_centre.surveys", "question_is_not_from_the_future"): (
        [lambda on: {"asked_at": last_moment(on), "answered_at": None}],
        [lambda on: {"asked_at": first_moment_after(on), "answered_at": None}],
    ),
    ("call_centre.surveys", "answered_after_it_was_asked"): not_before("answered_at"),
    ("third_party.people", "observation_is_not_from_the_future"): of_day("observed_on"),
    ("third_party.people", "nobody_is_born_after_the_observation"): of_day("birth_date"),
    ("third_party.people", "credit_score_is_not_negative"): not_negative("credit_score", -1),
    ("third_party.companies", "observation_is_not_from_the_future"): of_day("observed_on"),
    ("third_party.companies", "registered_before_it_was_observed"): of_day("registered_on"),
    ("third_party.companies", "annual_revenue_is_not_negative"): not_negative("annual_revenue"),
    ("third_party.companies", "employees_are_not_negative"): not_negative("employees", -1),
    ("third_party.company_links", "observation_is_not_from_the_future"): of_day("observed_on"),
    ("third_party.company_links", "nobody_deals_with_oneself"): (
        [lambda _: {"from_credit_code": "B1", "to_credit_code": "B2"}],
        [lambda _: {"from_credit_code": "B1", "to_credit_code": "B1"}],
    ),
    ("third_party.company_people", "observation_is_not_from_the_future"): of_day("observed_on"),
    ("engagement.consents", "change_is_not_from_the_future"): of_moment("changed_at"),
    ("engagement.message_events", "event_is_not_from_the_future"): of_moment("occurred_at"),
    ("engagement.past_contacts", "sending_is_not_from_the_future"): of_moment("sent_at"),
    ("engagement.past_contacts", "cost_is_not_negative"): not_negative("cost"),
    ("engagement.task_results", "update_is_not_from_the_future"): of_moment("updated_at"),
    ("stewardship.identity_decisions", "decision_is_not_from_the_future"): of_moment("decided_at"),
    ("stewardship.identity_decisions", "two_records_are_two"): (
        [lambda on: _same_record(on) | {"record_b": "U2"}, lambda on: _same_record(on) | {"source_b": "third_party.people"}],
        [_same_record],
    ),
    ("stewardship.identity_decisions", "customers_are_known"): (
        [_customer("a", "C1"), _customer("b", "C1"), lambda _: {"source_a": "app.users", "record_a": "nobody"}],
        [_customer("a", "nobody"), _customer("b", "nobody")],
    ),
}


@dataclass(frozen=True)
class Case:
    """Rows of one table on a date of their own, and the rule that must be against them (or pass)."""

    table: Table
    code: str
    rows: Callable[[date], list[Row]]
    unexpected: int
    severity: str = "critical"

    def __str__(self) -> str:
        return f"{self.table.full_name}-{self.code}-{'fails' if self.unexpected else 'passes'}"


def _one(table: Table, spoil: Spoil) -> Callable[[date], list[Row]]:
    return lambda on: [good_row(table, on) | spoil(on)]


def _contract_cases(table: Table) -> list[Case]:
    cases = [
        Case(table, f"{column.name}_is_filled", _one(table, lambda _, name=column.name: {name: None}), 1)
        for column in table.columns
        if column.required
    ]
    for column in filter(lambda column: column.allowed, table.columns):
        code = f"{column.name}_is_allowed"
        in_turn = [{column.name: value} for value in (*column.allowed, *([] if column.required else [None]))]
        every = lambda on, each=in_turn: [good_row(table, on, number) | value for number, value in enumerate(each)]  # noqa: E731
        cases.append(Case(table, code, every, 0))
        cases.append(Case(table, code, _one(table, lambda _, name=column.name: {name: "something else"}), 1))
    twice = lambda on: [good_row(table, on), good_row(table, on), good_row(table, on, 1)]  # noqa: E731
    return [*cases, Case(table, "key_is_unique", twice, 1)]


def _reference_cases(entry: dict[str, Any]) -> list[Case]:
    table, column = landing_table(entry["table"]), entry["references"]["column"]

    def rows(count: int) -> Callable[[date], list[Row]]:
        return lambda on: [good_row(table, on, number) | ({column: "unknown"} if number == 0 else {}) for number in range(count)]

    severity = entry.get("severity", "critical")
    return [Case(table, entry["code"], rows(50), 0, severity), Case(table, entry["code"], rows(49), 1, severity)]


def _rule_cases(entry: dict[str, Any]) -> list[Case]:
    if "references" in entry:
        return _reference_cases(entry)
    table, severity = landing_table(entry["table"]), entry.get("severity", "critical")
    passing, failing = BOUNDARIES.get((entry["table"], entry["code"]), ([], []))
    return [Case(table, entry["code"], _one(table, spoil), 0, severity) for spoil in passing] + [
        Case(table, entry["code"], _one(table, spoil), 1, severity) for spoil in failing
    ]


CASES = [case for table in landing_tables() for case in _contract_cases(table)]
CASES += [case for entry in ENTRIES for case in _rule_cases(entry)]
DATES = {number: day(number + 1) for number in range(len(CASES))}


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """The first date with good rows of every table, and each case on its date: findings, and verdicts by table and date."""
    landing = Landing(tmp_path_factory.mktemp("rules"))
    for table in landing_tables():
        landing.land(table.full_name, FIRST, landing.good(table.full_name, FIRST, KNOWN))
    for number, case in enumerate(CASES):
        landing.land(case.table.full_name, DATES[number], case.rows(DATES[number]))
    findings, verdicts = landing.judge()
    return findings, {(verdict.full_name, verdict.on): verdict for verdict in verdicts}


@pytest.mark.parametrize("number", DATES, ids=[str(case) for case in CASES])
def test_a_rule_is_against_its_own_rows_alone_and_a_critical_one_closes_their_date(judged, number):
    findings, verdicts = judged
    case, on = CASES[number], DATES[number]
    against = {
        finding.expectation: (finding.dates[on], finding.severity)
        for finding in findings
        if finding.table == case.table.full_name and on in finding.dates
    }
    assert against == ({case.code: (case.unexpected, case.severity)} if case.unexpected else {})
    closed = bool(case.unexpected) and case.severity == "critical"
    verdict = verdicts[case.table.full_name, on]
    assert verdict.gate == ("closed" if closed else "open")
    assert [failure.split(":")[0] for failure in verdict.failures] == ([case.code] if closed else [])


def test_good_rows_of_every_table_pass_every_rule(judged):
    findings, verdicts = judged
    assert [finding for finding in findings if FIRST in finding.dates] == []
    assert {verdicts[table.full_name, FIRST].gate for table in landing_tables()} == {"open"}


def test_every_rule_is_tried_and_has_a_case_that_passes_and_one_that_fails(judged):
    tried = {(finding.table, finding.expectation) for finding in judged[0]}
    assert tried == {(d.table, d.code) for table in landing_tables() for d in landing_demands(table, LIMITS)}
    failing = {(case.table.full_name, case.code) for case in CASES if case.unexpected}
    passing = {(case.table.full_name, case.code) for case in CASES if not case.unexpected}
    about_dates = {(d.table, d.code) for table in landing_tables() for d in daily_demands(table, LIMITS)}
    assert tried - failing == about_dates, "those about a date as a whole: test_learned.py, and the bound on quarantine below"
    assert {(entry["table"], entry["code"]) for entry in ENTRIES} <= passing


def test_every_rule_is_about_a_table_of_the_contract_and_has_a_code_of_its_own():
    names = {table.full_name for table in landing_tables()}
    assert {entry["table"] for entry in ENTRIES} <= names
    assert {entry["references"]["to"].rpartition(".")[0] for entry in ENTRIES if "references" in entry} <= names
    for table in landing_tables():
        codes = [demand.code for demand in landing_demands(table, LIMITS)]
        assert len(codes) == len(set(codes)), table.full_name


QUARANTINE = [(220, 11, True), (220, 12, False), (10, 10, True), (11, 11, False), (0, 0, True)]


@pytest.fixture(scope="module")
def bounded(tmp_path_factory):
    landing = Landing(tmp_path_factory.mktemp("bounded"))
    for number, (landed, quarantined, _) in enumerate(QUARANTINE):
        landing.land("core_banking.products", day(number), [], rows_landed=landed, rows_quarantined=quarantined)
    return landing.judge()


@pytest.mark.parametrize("number", range(len(QUARANTINE)), ids=[f"{q} of {n}" for n, q, _ in QUARANTINE])
def test_a_date_closes_when_more_than_the_tolerated_rows_and_share_of_it_are_in_quarantine(bounded, number):
    findings, verdicts = bounded
    _, quarantined, is_open = QUARANTINE[number]
    finding = of_rule(findings, "core_banking.products", "quarantine_is_bounded")
    assert finding.dates.get(day(number)) == (None if is_open else quarantined)
    assert verdicts[number].gate == ("open" if is_open else "closed")
    says = f"quarantine_is_bounded: at most 5% of a date's rows, or 10, are quarantined ({quarantined} rows)"
    assert verdicts[number].failures == (() if is_open else (says,))
    assert finding.sample_keys == ()


# rows, and how many of them have a cell refused in each of two columns: one column's are counted by themselves
CELLS = [(220, 11, 11, True), (220, 12, 0, False), (220, 12, 13, False), (10, 10, 10, True), (11, 11, 0, False), (0, 0, 0, True)]


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    landing = Landing(tmp_path_factory.mktemp("refused"))
    for number, (landed, rates, quotas, _) in enumerate(CELLS):
        rows = landing.good("core_banking.products", day(number), landed) if landed else []
        for place, row in enumerate(rows):
            columns = [name for name, bad in (("annual_rate", rates), ("quota", quotas)) if place < bad]
            faults = [{"column_name": name, "reason": "not_a_number", "raw_value": "secret"} for name in columns]
            row |= dict.fromkeys(columns) | {"_kind": "cell" if faults else None, "_faults": faults or None}
        landing.land("core_banking.products", day(number), rows)
    return landing.judge()


@pytest.mark.parametrize("number", range(len(CELLS)), ids=[f"{a} and {b} of {n}" for n, a, b, _ in CELLS])
def test_a_date_closes_when_more_than_the_tolerated_cells_and_share_of_one_column_are_refused(refused, number):
    findings, verdicts = refused
    landed, rates, quotas, is_open = CELLS[number]
    finding = of_rule(findings, "core_banking.products", "cells_are_bounded")
    assert (day(number) in finding.dates) is not is_open
    assert verdicts[number].gate == ("open" if is_open else "closed")
    told = [f"{name}: {bad} cells of {landed} rows" for bad, name in ((quotas, "quota"), (rates, "annual_rate")) if bad > 10]
    says = f"cells_are_bounded: at most 5% of a column's cells on a date, or 10, are refused ({', '.join(told)})"
    assert verdicts[number].failures == (() if is_open else (says,))
    assert "secret" not in repr((findings, verdicts))
