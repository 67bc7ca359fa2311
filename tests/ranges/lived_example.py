"""One schedule with every trouble in it, lived through with everything real: files, intake, gate 1, dbt, database files.

Belongs here: what lands, and the three ways of living through it. Not here: what must hold afterwards (the tests).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bank_homes import Contents, RealBank, Row
from dbt_statements import Statements
from landing_schedules import Drop, Schedule, Step, day, live_at_once, live_day_by_day

DATES = tuple(day(number) for number in range(4))


def _customer(number: str, **more: object) -> Row:
    row = {
        "customer_no": number,
        "customer_type": "retail",
        "gender": "F",
        "birth_date": date(1990, 6, 27),
        "opened_on": day(-900),
    }
    return row | {"full_name": f"Name {number}", "mobile": f"138000000{number[1:]}", "city": "Bern"} | more


def _account(number: str, customer: str, **more: object) -> Row:
    row = {"account_no": number, "customer_no": customer, "product_code": "D", "currency": "CNY", "opened_on": day(-500)}
    return row | more


def _balance(account: str, on: date, amount: int, **more: object) -> Row:
    return {"account_no": account, "balance_date": on, "balance": amount} | more


def _moved(number: str, account: str, on: date, amount: int, **more: object) -> Row:
    row = {"transaction_id": number, "account_no": account, "posted_at": f"{on} 23:30:00"}
    return row | {"direction": "in", "amount": amount, "transaction_type": "transfer", "channel": "mobile"} | more


def _consent(customer: str, is_granted: bool, at: str, **more: object) -> Row:
    scope = {"purpose": "marketing", "channel": "sms", "product_category": "all"}
    return {"customer_no": customer, **scope, "is_granted": is_granted, "changed_at": at} | more


def _observed(record: str, on: date, score: int) -> Row:
    return {"provider": "p", "record_id": record, "observed_on": on, "credit_score": score, "mobile": f"13900{score}"}


def _product(code: str, category: str) -> Row:
    return {"product_code": code, "product_name": code, "category": category}


def _removed(**key: object) -> Row:
    return {**key, "_deleted": True}


def _drops(number: int, **tables: list[Row]) -> list[Drop]:
    """Folders of one date; a required table that is not named lands an empty one."""
    required = ("customers", "products", "accounts", "balances", "transactions")
    named = {f"core_banking__{name}": [] for name in required} | {"engagement__consents": []} | tables
    return [Drop(name.replace("__", "."), day(number), tuple(rows)) for name, rows in named.items()]


def _only(number: int, **tables: list[Row]) -> list[Drop]:
    return [Drop(name.replace("__", "."), day(number), tuple(rows)) for name, rows in tables.items()]


_D0 = _drops(
    0,
    core_banking__customers=[_customer("C1"), _customer("C2"), _customer("C3", customer_type="corporate"), _customer("C4")],
    core_banking__products=[_product("D", "demand_deposit"), _product("W", "wealth")],
    core_banking__accounts=[
        _account("A1", "C1"), _account("A2", "C2", currency="USD"), _account("A3", "C3"), _account("A4", "C4"),
    ],
    # the same key twice in one folder: the last row counts
    core_banking__balances=[
        _balance("A1", day(-90), 500_000), _balance("A1", day(-1), 100), _balance("A1", day(-1), 200),
        _balance("A2", day(-30), 10_000), _balance("A4", day(0), 7),
    ],
    core_banking__transactions=[
        _moved("T1", "A1", day(-200), 10), _moved("T2", "A1", day(-89), 20), _moved("T4", "A4", day(-100), 40),
        _moved("T3", "A2", day(-1), 30, transaction_type="salary"),
    ],
    engagement__consents=[_consent("C1", True, "2026-06-20 10:00:00"), _consent("C2", True, "2026-06-22 10:00:00")],
    app__users=[{"app_user_id": "U1", "customer_no": "C1", "registered_at": "2026-01-01 00:00:00"}],
    app__events=[{"event_id": "E1", "app_user_id": "U1", "occurred_at": "2026-06-23 08:00:00", "event_name": "login"}],
    third_party__people=[_observed("1", day(-5), 600), _observed("2", day(-5), 500)],
)  # fmt: skip
_D1 = _drops(
    1,
    core_banking__accounts=[_account("A5", "C9"), _account("A6", "C8")],  # customers whom nobody knows: the gate closes
    core_banking__balances=[_balance("A1", day(1), 600_000)],
    core_banking__transactions=[_moved("T5", "A1", day(1), 50)],
    # an older version later, and a newer one
    engagement__consents=[_consent("C1", False, "2026-06-19 10:00:00"), _consent("C2", False, "2026-06-25 08:00:00")],
    app__events=[{"event_id": "E2", "app_user_id": "U1", "occurred_at": "2026-06-25 08:00:00", "event_name": "login"}],
)
_D2 = _drops(
    2,
    core_banking__customers=[_customer("C1", city="Basel", mobile="13700000001"), _removed(customer_no="C4")],
    core_banking__balances=[_removed(account_no="A4", balance_date=day(0)), _balance("A1", day(-1), 300)],
    core_banking__transactions=[_moved("T2", "A1", day(-91), 21), _removed(transaction_id="T4"), _moved("T6", "A2", day(2), 60)],
    call_centre__tickets=[
        {"ticket_id": "K1", "customer_no": "C2", "category": "complaint", "opened_at": "2026-06-26 09:00:00", "narrative": "n"}
    ],
    third_party__people=[_observed("1", day(-7), 610), _removed(provider="p", record_id="2"), _observed("2", day(-9), 510)],
)
# late, for a date long run: its rate arrives after the money, with so many others that all facts are computed anew
_LATE = _only(
    0,
    core_banking__fx_rates=[
        {"currency": "USD", "rate_date": day(-60), "rate": 7},
        *({"currency": "EUR", "rate_date": day(number), "rate": 8} for number in (-60, -30, -1)),
    ],
)
_MENDED = _only(1, core_banking__accounts=[_account("A5", "C1", product_code="W")])
_D3 = [
    *_drops(
        3,
        core_banking__balances=[_balance("A5", day(3), 900), _balance("A2", day(3), 11_000)],
        core_banking__transactions=[_moved("T5", "A2", day(2), 51), _moved("T3", "A2", day(-1), 30, transaction_type="salary")],
        call_centre__tickets=[
            {"ticket_id": "K1", "customer_no": "C2", "category": "complaint", "opened_at": "2026-06-26 09:00:00",
             "resolved_at": "2026-06-27 09:00:00"}
        ],
        core_banking__fx_rates=[{"currency": "USD", "rate_date": day(-1), "rate": "7.5"}],
        # a table's first row, on a day like any other
        call_centre__surveys=[{"survey_id": "S1", "customer_no": "C2", "asked_at": "2026-06-27 09:00:00",
             "answered_at": "2026-06-27 10:00:00", "nps_score": 3}],
    ),
    # the second date's folders again, with other content after they were run
    *_only(
        1,
        core_banking__balances=[_balance("A1", day(0), 550_000)],
        core_banking__transactions=[_moved("T7", "A1", day(1), 70)],
    ),
]  # fmt: skip
EXAMPLE = Schedule(
    DATES,
    (
        Step(tuple(_D0), ((day(0), day(0)),)),
        Step(tuple(_D1), ((day(1), day(1)),)),
        Step((*_D2, *_LATE, *_MENDED), ((day(1), day(2)),)),
        Step(tuple(_D3), ((day(1), day(3)),)),
    ),
)
_WORTH = """
select record_id, aum from marts.customers_360 join identity.customer_identities using (customer_id)
where record_source = 'core_banking.customers' order by all
"""
_CONSENTS = "select customer_no, is_granted from raw.engagement__consents order by all"
_SCORES = "select record_id, credit_score from raw.third_party__people order by all"
_SCORED = "select summary from marts.interactions where source = 'call_centre.surveys'"


@dataclass(frozen=True)
class Lived:
    """The bank that lived day by day; what the warehouse held after each way, what dbt said meanwhile, and which runs it saw."""

    bank: RealBank
    by_day: Contents
    at_once: Contents
    built_anew: Contents
    as_of: tuple[date | None, ...]
    statements: Statements
    kinds: tuple[str, ...]
    worth: list[tuple[Any, ...]]
    consents: list[tuple[Any, ...]]
    scores: list[tuple[Any, ...]]
    scored: list[tuple[Any, ...]]


def live(folder: Path) -> Lived:
    """The example day by day, in one run, and from raw alone."""
    statements = Statements()
    by_day, at_once = RealBank(folder / "by_day", statements), RealBank(folder / "at_once", Statements())
    said = [live_day_by_day(by_day, EXAMPLE), live_at_once(at_once, EXAMPLE)]
    found, kinds = by_day.contents(), tuple(by_day.kinds)
    with by_day.connection() as connection:
        shown = [connection.execute(sql).fetchall() for sql in (_WORTH, _CONSENTS, _SCORES, _SCORED)]
    said.append(by_day.rebuild(DATES[-1]))
    return Lived(by_day, found, at_once.contents(), by_day.contents(), tuple(said), statements, kinds, *shown)
