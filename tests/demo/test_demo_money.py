"""Money in the demo bank moves by its transactions, and its customers drift as the truth says."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from demo_bank_files import FIRST, LAST, Bank

from demo.bank_model import Model
from demo.days import FAR, season, to_day
from demo.population import Parameters

PRICED = {"wealth", "fund", "precious_metal", "insurance", "trust"}
DEBTS = {"credit_card", "consumer_loan", "mortgage", "auto_loan", "business_loan", "supply_chain_finance"}


@pytest.fixture(scope="session")
def categories(bank: Bank) -> dict[str, str]:
    products = {str(line.get("product_code")): str(line.get("category")) for line in bank.good("core_banking.products")}
    return {str(line.get("account_no")): products[str(line.get("product_code"))] for line in bank.good("core_banking.accounts")}


def differences(balances: dict[date, Decimal], moves: dict[date, Decimal], sign: int) -> list[Decimal]:
    """What stays unexplained between each two balances of an account."""
    days = sorted(balances)
    return [
        balances[end] - balances[start] - sign * sum((amount for day, amount in moves.items() if start < day <= end), Decimal(0))
        for start, end in itertools.pairwise(days)
    ]


def test_an_unexplained_cent_is_seen() -> None:
    days = {date(2026, 1, 1): Decimal(10), date(2026, 1, 3): Decimal("15.01")}
    assert differences(days, {date(2026, 1, 2): Decimal(5)}, 1) == [Decimal("0.01")]
    assert differences(days, {date(2026, 1, 1): Decimal(5), date(2026, 1, 3): Decimal("5.01")}, 1) == [Decimal(0)]


def test_balances_of_deposits_and_debts_move_by_their_transactions_to_the_cent(bank: Bank, categories: dict[str, str]) -> None:
    moves: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in bank.happened("core_banking.transactions"):
        amount = Decimal(str(line.get("amount")))
        day = date.fromisoformat(str(line.get("posted_at"))[:10])
        moves[str(line.get("account_no"))][day] += amount if line.get("direction") == "in" else -amount
    balances: dict[str, dict[date, Decimal]] = defaultdict(dict)
    for line in bank.good("core_banking.balances"):
        balances[str(line.get("account_no"))][date.fromisoformat(str(line.get("balance_date")))] = Decimal(
            str(line.get("balance"))
        )
    seen = set()
    for account, days in balances.items():
        if categories[account] not in PRICED:
            seen.add(categories[account])
            sign = -1 if categories[account] in DEBTS else 1
            assert not any(differences(days, moves[account], sign)), categories[account]
    assert {"demand_deposit", "time_deposit", "credit_card", "mortgage"} <= seen
    assert set(moves) <= set(balances)


def test_no_balance_and_no_amount_is_negative(bank: Bank) -> None:
    assert all(Decimal(str(line.get("balance"))) >= 0 for line in bank.good("core_banking.balances"))
    assert all(Decimal(str(line.get("amount"))) > 0 for line in bank.happened("core_banking.transactions"))


def test_drifters_are_silent_from_the_day_the_truth_gives_until_they_return(bank: Bank) -> None:
    owner = {line.get("account_no"): line.get("customer_no") for line in bank.good("core_banking.accounts")}
    own: dict[str | None, set[date]] = defaultdict(set)
    for line in bank.happened("core_banking.transactions"):
        if line.get("transaction_type") not in {"interest", "fee", "tax"} and line.get("channel") != "system":
            own[owner[line.get("account_no")]].add(date.fromisoformat(str(line.get("posted_at"))[:10]))
    drifters = bank.truth("drifters")
    silent = [row for row in drifters if row["silent_from"] <= LAST]
    back = [row for row in silent if row["return_on"] and row["return_on"] <= LAST]
    assert silent
    assert back
    for row in silent:
        quiet_until = row["return_on"] or date.max
        assert not {day for day in own[row["customer_no"]] if row["silent_from"] <= day < quiet_until}
    assert all(row["return_on"] in own[row["customer_no"]] for row in back)


def test_leavers_take_most_of_their_money_on_the_day_the_truth_gives(bank: Bank) -> None:
    leavers = [row for row in bank.truth("drifters") if row["leave_on"] and FIRST <= row["leave_on"] <= LAST]
    owner = {line.get("account_no"): line.get("customer_no") for line in bank.good("core_banking.accounts")}
    out = {
        (owner[line.get("account_no")], str(line.get("posted_at"))[:10])
        for line in bank.happened("core_banking.transactions")
        if line.get("transaction_type") == "transfer" and line.get("direction") == "out"
    }
    assert leavers
    assert all((row["customer_no"], str(row["leave_on"])) in out for row in leavers)


def test_a_few_dozen_wealthy_customers_fall_silent_for_90_days_by_the_end_of_120_dates_and_more_follow() -> None:
    first = to_day(FIRST)
    population = Model.build(Parameters(5_000, 20260101, first), first + 150).population
    end = first + 119

    def declining(day: int) -> set[int]:
        quiet = (population.silent_from > day - 180) & (population.silent_from <= day - 90) & (population.leave_day == FAR)
        return set(np.flatnonzero(population.is_wealthy & ~population.is_organisation & quiet).tolist())

    assert 20 <= len(declining(end)) <= 80
    assert declining(end + 7) - declining(end)


def test_salaries_arrive_from_the_system_on_fixed_days(bank: Bank) -> None:
    paid = [line for line in bank.happened("core_banking.transactions") if line.get("transaction_type") == "salary"]
    salaries = [line for line in paid if line.get("direction") == "in"]
    assert salaries
    assert {str(line.get("posted_at"))[8:10] for line in salaries} <= {"05", "08", "10", "15", "20", "25"}
    assert {line.get("channel") for line in salaries} == {"system"}


def test_people_spend_more_before_spring_festival_and_at_weekends() -> None:
    friday, saturday, before, festival = (to_day(date(2026, *day)) for day in ((3, 6), (3, 7), (2, 10), (2, 17)))
    assert season(friday) < season(saturday) < season(before)
    assert season(festival) < season(friday)
