"""The bank whose customers react: the same however its dates are made, and moved where and by as much as the truth says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from demo_bank_files import FIRST, Bank
from reaction_kit import CUSTOMERS, arrival, make, outbox, task
from test_demo_contract import spoilt_cells, unreadable
from test_demo_determinism import contents
from test_demo_money import differences

from foundation.contract import landing_table

LAST = FIRST + timedelta(days=15)
TWO, THREE, FOUR = (FIRST + timedelta(days=n) for n in (1, 2, 3))
REACTIONS = ("engagement.message_events", "engagement.task_results")


def everything() -> list[dict[str, Any]]:
    """A task to every even customer and a message to every odd one, in turn on the first three dates, for three strategies."""
    sent = []
    for index in range(CUSTOMERS):
        number = index + 1
        about = {
            "business_date": FIRST + timedelta(days=index // 100),
            "customer_no": f"C{index:08d}",
            "strategy_id": ("wealth_winback", "hello", "fund_offer")[index % 3],
        }
        product = "W002" if index % 3 == 2 else None
        sent.append(arrival(number, **about) if index % 2 else task(number, product_code=product, **about))
    return sent


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    return make(tmp_path_factory.mktemp("whole"), LAST, outbox(everything()))


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """The same bank without anything sent."""
    return make(tmp_path_factory.mktemp("quiet"), LAST, None)


def effects(bank: Bank) -> list[dict[str, Any]]:
    return [row for path in sorted((bank.state / "truth" / "effects").iterdir()) for row in pq.read_table(path).to_pylist()]


def test_a_bank_that_sent_nothing_is_the_one_that_knows_of_no_reactions(tmp_path: Path, quiet: Bank) -> None:
    told = contents(make(tmp_path, TWO, outbox([])).landing)
    assert any(name.endswith(str(TWO)) for name in told)
    assert told == {name: data for name, data in contents(quiet.landing).items() if name in told}
    assert "engagement/message_events" not in told


def test_going_on_by_single_dates_killed_after_one_equals_one_go_byte_by_byte(tmp_path: Path, whole: Bank) -> None:
    parts = make(tmp_path, FIRST, outbox([]))
    for number in range(1, 4):
        before = (parts.state / "state.npz").read_bytes()
        # what a date's own run and later ones send is there or not
        sent = [row for row in everything() if (row["business_date"] - FIRST).days < number + number % 2]
        make(tmp_path, FIRST + timedelta(days=number), outbox(sent))
        (parts.state / "state.npz").write_bytes(before)  # as if killed after the folders, before the state
        make(tmp_path, FIRST + timedelta(days=number), outbox(sent))
    own = contents(parts.landing)
    assert own == {name: data for name, data in contents(whole.landing).items() if name in own}
    heard = {name.split("/")[2] for name in own if name.startswith("engagement/message_events/")}
    assert heard >= {str(day) for day in (TWO, THREE, FOUR)}
    made = contents(parts.state / "truth" / "effects")
    assert made == contents(whole.state / "truth" / "effects")
    assert set(made) == {f"{day}.parquet" for day in (TWO, THREE, FOUR)}


def sent_on(bank: Bank) -> dict[str, date]:
    return {row["delivery_id"]: row["sent_on"] for row in effects(bank)}


@pytest.mark.parametrize("name", REACTIONS)
def test_a_date_tells_only_of_what_was_sent_before_it(whole: Bank, name: str) -> None:
    sent, column = sent_on(whole), landing_table(name).key[-2 if name.endswith("results") else 1]
    told = Counter(str(line.get(column)) for line in whole.good(name))
    assert all(date.fromisoformat(line.file.parent.name) > sent[str(line.get(column))] for line in whole.good(name))
    assert len(told) == CUSTOMERS / 2


Money = Counter[tuple[str, str]]


def received(bank: Bank) -> Money:
    """What customers got by transfer from outside on their main account, by customer and day, in cents."""
    owner = {line.get("account_no"): str(line.get("customer_no")) for line in bank.good("core_banking.accounts")}
    money: Money = Counter()
    for line in bank.good("core_banking.transactions"):
        if (
            line.get("transaction_type") == "transfer"
            and line.get("direction") == "in"
            and str(line.get("account_no"))[-2:] == "00"
        ):
            money[owner[line.get("account_no")], str(line.get("posted_at"))[:10]] += int(Decimal(str(line.get("amount"))) * 100)
    return money


def comes(bank: Bank) -> Iterator[tuple[str, date, int, str]]:
    """Customer, day, cents and kind of all money that the truth says an effect brings up to the last date."""
    for row in effects(bank):
        for turn in range(row["for_days"] if row["is_moved"] and row["effect"] == "pays_again" else int(row["is_moved"])):
            cents = int(row["amount"] * 100) // (row["for_days"] if row["effect"] == "pays_again" else 1)
            if (day := row["acts_on"] + timedelta(days=turn)) <= LAST:
                yield row["customer_no"], day, cents, row["effect"]


def test_money_comes_to_the_moved_as_the_truth_says_and_nature_goes_on_for_all_others(whole: Bank, quiet: Bank) -> None:
    told = list(comes(whole))
    assert {kind for *_, kind in told} >= {"brings_money", "opens_account"}
    more = received(whole)
    more.subtract(received(quiet))
    for customer, day, cents, _ in told:
        more[customer, str(day)] -= cents
    moved = {(customer, day) for customer, day, *_ in told}
    untouched = {row["customer_no"] for row in effects(whole)} - {customer for customer, _ in moved}
    assert len(untouched) > CUSTOMERS / 2
    # nature answers to a fuller account in its own way, but nobody else's
    assert {customer for (customer, _), cents in more.items() if cents and customer in untouched} == set()
    first = {customer: min(day for who, day in moved if who == customer) for customer, _ in moved}
    assert {more[customer, str(day)] for customer, day in first.items()} == {0}


def test_balances_move_by_transactions_to_the_cent_also_where_effects_moved_them(whole: Bank) -> None:
    deposits = {
        str(line.get("account_no")): line.get("product_code")
        for line in whole.good("core_banking.accounts")
        if str(line.get("product_code"))[0] in "DT"
    }
    moves: dict[str, Counter[date]] = {account: Counter() for account in deposits}
    for line in whole.happened("core_banking.transactions"):
        account, amount = str(line.get("account_no")), Decimal(str(line.get("amount")))
        if account in moves:
            day = date.fromisoformat(str(line.get("posted_at"))[:10])
            moves[account][day] += amount if line.get("direction") == "in" else -amount  # type: ignore[assignment]
    balances: dict[str, dict[date, Decimal]] = {account: {} for account in deposits}
    for line in whole.good("core_banking.balances"):
        if (account := str(line.get("account_no"))) in balances:
            balances[account][date.fromisoformat(str(line.get("balance_date")))] = Decimal(str(line.get("balance")))
    assert not any(any(differences(days, dict(moves[account]), 1)) for account, days in balances.items())  # type: ignore[arg-type]


def test_an_opened_account_stands_with_its_product_its_balance_and_the_money_that_paid_for_it(whole: Bank) -> None:
    opened = {
        line.get("account_no"): line for line in whole.good("core_banking.accounts") if len(str(line.get("account_no"))) == 18
    }
    truth = {
        (row["customer_no"], str(row["acts_on"]), str(row["amount"]))
        for row in effects(whole)
        if row["is_moved"] and row["effect"] == "opens_account" and row["acts_on"] <= LAST
    }
    balances = {line.get("account_no"): line for line in whole.good("core_banking.balances") if line.get("account_no") in opened}
    paid = {line.get("account_no"): line for line in whole.good("core_banking.transactions") if line.get("account_no") in opened}
    assert opened
    assert {line.get("product_code") for line in opened.values()} == {"W002"}
    for lines, day, amount in ((balances, "balance_date", "balance"), (paid, "posted_at", "amount")):
        told = {(opened[number].get("customer_no"), str(line.get(day))[:10], line.get(amount)) for number, line in lines.items()}
        assert told == truth


@pytest.mark.parametrize("name", [*REACTIONS, "engagement.consents", "app.events", "core_banking.accounts"])
def test_reactions_keep_the_landing_contract(whole: Bank, name: str) -> None:
    table, good = landing_table(name), whole.good(name)
    assert {column.name for column in table.columns} <= {column for line in good for column in line.columns}
    spoilt = spoilt_cells(whole, table)
    for column in table.columns:
        values = [
            line.get(column.name)
            for line in good
            if (line.file.parent.name, line.file.name, line.number, column.name) not in spoilt
        ]
        assert not unreadable(column, values), column.name
    keys = Counter((line.file.parent.name, *(line.get(key) for key in table.key)) for line in good)
    assert [key for key, count in keys.items() if count > 1] == []


def test_what_the_truth_keeps_of_a_treatment(whole: Bank) -> None:
    rows = effects(whole)
    assert Counter(row["customer_no"] for row in rows) == Counter(f"C{index:08d}" for index in range(CUSTOMERS))
    assert {(row["strategy_id"], row["effect"], row["lift"]) for row in rows} == {
        ("wealth_winback", "brings_money", 0.18),
        ("hello", "pays_again", 0.03),
        ("fund_offer", "opens_account", 0.04),
        ("fund_offer", "pays_again", 0.03),  # messages name no product
    }
    assert all((row["acts_on"] is not None) == row["is_moved"] == (row["amount"] is not None) for row in rows)
    assert all(0 < (row["acts_on"] - row["sent_on"]).days <= 21 for row in rows if row["is_moved"])
