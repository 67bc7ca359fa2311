"""Each effect moves its customer's money on its days and on no other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from demo_bank_files import FIRST
from reaction_kit import arrival, model, waiting

from demo.bank_model import Model
from demo.days import to_day
from demo.ledger import IN, Ledger
from demo.reactions_effects import Opened, act
from demo.reactions_messages import SECONDS, SENT_AT
from demo.sent import ARRIVALS, still_waiting
from demo.today import Day
from demo.vocabulary import PRODUCT, TRANSACTION_TYPES

START, CENTS = to_day(FIRST) + 5, 100_001
NOBODY = np.array([], dtype=np.int64)
Legs = list[tuple[int, int, int, str]]


@pytest.fixture(scope="module")
def bank() -> Model:
    return model()


def moved(bank: Model, effect: str, for_days: int, customers: tuple[str, ...] = ("C00000001",)) -> pa.Table:
    """Waiting rows, one a customer, whose effect begins on START."""
    sent = [arrival(number, customer_no=customer) for number, customer in enumerate(customers, start=1)]
    rows = waiting(bank, pa.Table.from_pylist(sent, ARRIVALS))
    changes: dict[str, Any] = {
        "effect": effect,
        "acts_on": START,
        "cents": CENTS,
        "for_days": for_days,
        "product": PRODUCT["W001"],
    }
    for name, value in changes.items():
        at = rows.schema.get_field_index(name)
        rows = rows.set_column(at, rows.schema.field(at), pa.array([value] * len(rows), rows.schema.field(at).type))
    return rows


def day_of(bank: Model, rows: pa.Table, day: int) -> tuple[Legs, Opened]:
    """The legs of a day on which nothing but effects happens: account, direction, cents and type."""
    h, p = bank.holdings, bank.population
    ledger = Ledger.empty(h.is_debt)
    today = Day(day, bank.draws, p, h, ledger, p.activity(day), np.full(h.size, True), NOBODY, NOBODY)
    opened = act(today, rows)
    legs = ledger.close_day(day, bank.draws)
    kinds = [TRANSACTION_TYPES[kind] for kind in legs.kind]
    told = zip(legs.account.tolist(), legs.direction.tolist(), legs.cents.tolist(), kinds, strict=True)
    assert (ledger.balance >= 0).all()
    return sorted(told), opened


def test_money_comes_back_once_on_its_day(bank: Model) -> None:
    rows, main = moved(bank, "brings_money", 1), int(bank.holdings.main[1])
    legs = {day: day_of(bank, rows, day)[0] for day in range(START - 2, START + 3)}
    assert legs[START] == [(main, IN, CENTS, "transfer")]
    assert [day for day in legs if legs[day]] == [START]


@pytest.mark.parametrize("for_days", [1, 3])
def test_payments_go_on_for_so_many_days_and_spend_half_of_what_arrives(bank: Model, for_days: int) -> None:
    rows, main = moved(bank, "pays_again", for_days), int(bank.holdings.main[1])
    legs = {day: day_of(bank, rows, day)[0] for day in range(START - 2, START + for_days + 2)}
    assert [day for day in legs if legs[day]] == list(range(START, START + for_days))
    each = CENTS // for_days
    assert all(legs[day] in ([], [(main, IN, each, "transfer"), (main, 1 - IN, each // 2, "card_purchase")]) for day in legs)


def test_an_account_is_opened_once_a_customer_and_day_and_paid_for_with_new_money(bank: Model) -> None:
    rows = moved(bank, "opens_account", 1, ("C00000001", "C00000002", "C00000001"))
    legs, opened = day_of(bank, rows, START)
    assert opened.customer.tolist() == [1, 2]
    assert opened.cents.tolist() == [CENTS, CENTS]
    for customer in (1, 2):
        main = int(bank.holdings.main[customer])
        assert [leg for leg in legs if leg[0] == main] == [
            (main, IN, CENTS, "transfer"),
            (main, 1 - IN, CENTS, "investment_purchase"),
        ]
    assert len(legs) == 4
    assert len(day_of(bank, rows, START - 1)[1].customer) == len(day_of(bank, rows, START + 1)[1].customer) == 0


def test_whoever_is_not_moved_does_nothing(bank: Model) -> None:
    rows = waiting(bank, pa.Table.from_pylist([arrival(1, customer_no="C99999999")], ARRIVALS))
    assert [day_of(bank, rows, day)[0] for day in range(START - 5, START + 30)] == [[]] * 35


@pytest.mark.parametrize("for_days", [1, 90])
def test_a_row_waits_until_its_effect_and_all_that_is_heard_of_it_are_over(bank: Model, for_days: int) -> None:
    rows = moved(bank, "pays_again", for_days)
    last = max(START + for_days - 1, rows["due_day"][0].as_py() - 1)
    assert len(still_waiting(rows, last - 1)) == 1
    assert len(still_waiting(rows, last)) == 1
    assert len(still_waiting(rows, last + 1)) == 0


def test_a_message_waits_for_what_may_be_heard_late_however_early_it_is_due(bank: Model) -> None:
    sent = pa.Table.from_pylist([arrival(1, due_on=FIRST, customer_no=None)], ARRIVALS)
    rows = waiting(bank, sent)
    latest = (SENT_AT + 4 + 603 + 30 + 5 * SECONDS) // SECONDS  # opened after three days, complained of two days later
    assert len(still_waiting(rows, to_day(FIRST) + latest)) == 1
    assert len(still_waiting(rows, to_day(FIRST) + 8)) == 0
