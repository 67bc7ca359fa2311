"""The mapping of the PKDD'99 bank, on a bank of four clients in the same format."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from examples.berka.convert import convert, tables

Landed = Callable[[Path], Any]
BOUNDS = date(1998, 12, 1), date(1999, 1, 31)


@pytest.fixture
def drops(tiny_bank: Path, tmp_path: Path, landed: Landed) -> Any:
    convert(tiny_bank, tmp_path / "landing", *BOUNDS)
    return landed(tmp_path / "landing")


@pytest.mark.parametrize("table", [table.full_name for table in tables()])
def test_every_drop_keeps_the_landing_contract(drops: Any, table: str) -> None:
    assert drops.faults(table) == []


def test_a_drop_that_breaks_the_contract_is_seen(drops: Any) -> None:
    file = drops.files("core_banking.account_holders")[0]
    first = file.read_text(encoding="utf-8").splitlines()[1]
    file.write_text(f"account_no,customer_no,role,shoe_size\n{first},44\n{first},44\n,cz-1,butler,44\n", encoding="utf-8")
    assert drops.faults("core_banking.account_holders") == [
        "unknown column shoe_size",
        "account_no is null",
        "role is not one of the allowed values",
        "its key is not unique in a folder",
    ]


def test_a_birth_number_gives_birth_date_and_gender_also_with_leading_zeros(drops: Any) -> None:
    assert drops.rows("core_banking.customers", "customer_no, birth_date, gender") == [
        ("cz-1", "1970-12-13", "F"),
        ("cz-2", "1945-02-04", "M"),
        ("cz-3", "1900-01-01", "F"),
        ("cz-4", "1980-12-31", "M"),
    ]


def test_a_question_mark_in_the_districts_is_an_unknown_place(drops: Any) -> None:
    assert drops.rows("core_banking.customers", "customer_no, city, province")[1:3] == [
        ("cz-2", "Jesenik", "north Moravia"),
        ("cz-3", None, None),
    ]


def test_a_customer_is_known_from_the_first_account_and_its_branch(drops: Any) -> None:
    assert drops.rows("core_banking.customers", "customer_no, opened_on, branch_no, folder") == [
        ("cz-1", "1993-01-05", "1", "1998-12-01"),
        ("cz-2", "1993-06-01", "69", "1998-12-01"),
        ("cz-3", "1993-06-01", "69", "1998-12-01"),
        ("cz-4", "1998-12-10", "1", "1998-12-10"),
    ]


def test_whoever_may_use_anothers_account_is_an_authorised_holder(drops: Any) -> None:
    assert drops.rows("core_banking.account_holders", "account_no, customer_no, role, folder") == [
        ("account-2", "cz-3", "authorised", "1998-12-01"),
        ("account-3", "cz-1", "authorised", "1998-12-10"),
    ]


def test_every_account_names_a_product_of_the_catalogue(drops: Any) -> None:
    products = {row[0] for row in drops.rows("core_banking.products", "product_code")}
    used = {row[0] for row in drops.rows("core_banking.accounts", "product_code")}
    assert used == {"account-monthly", "account-weekly", "account-after_transaction", "loan", "card-gold", "card-junior"}
    assert used < products


def test_a_loan_that_is_paid_off_lands_again_when_it_closes(drops: Any) -> None:
    assert drops.rows("core_banking.accounts", "account_no, matures_on, closed_on, folder", "1, 4")[-6:] == [
        ("loan-1", "1998-12-10", None, "1998-12-01"),
        ("loan-1", "1998-12-10", "1998-12-10", "1998-12-10"),
        ("loan-2", "1998-10-10", None, "1998-12-01"),
        ("loan-3", "2000-01-31", None, "1998-12-01"),
        ("loan-4", "2000-01-10", None, "1998-12-01"),
        ("loan-5", "1999-12-05", None, "1998-12-05"),
    ]


CZECH = {
    "3": ("out", "fee", "system"),
    "4": ("in", "interest", "system"),
    "5": ("out", "cash", "branch"),
    "6": ("out", "insurance_premium", "system"),  # blank purpose, an order for insurance
    "7": ("out", "bill_payment", "system"),  # blank purpose, an order for leasing
    "8": ("out", "transfer", "system"),  # blank purpose, an order with a blank purpose
    "9": ("in", "cash", "branch"),
    "10": ("out", "transfer", None),  # blank purpose, no order
    "11": ("in", "pension", "system"),
    "12": ("out", "loan_repayment", None),
    "13": ("out", "bill_payment", "branch"),
    "14": ("out", "fee", "system"),
    "15": ("out", "cash", "atm"),
    "16": ("out", "insurance_premium", None),
}
ENGLISH = {
    "109": ("in", "cash", "branch"),
    "110": ("in", "interest", "system"),
    "111": ("out", "fee", "system"),
    "112": ("out", "cash", "branch"),
    "113": ("out", "bill_payment", None),
    "114": ("out", "insurance_premium", None),
    "115": ("in", "transfer", "system"),
    "116": ("out", "cash", "atm"),
}


def test_both_languages_mean_the_same_types_and_channels(drops: Any) -> None:
    rows = drops.rows("core_banking.transactions", "transaction_id, direction, transaction_type, channel")
    assert {number: tuple(meaning) for number, *meaning in rows} == CZECH | ENGLISH


def test_an_entry_is_posted_at_midday_of_its_day_and_lands_on_that_day(drops: Any) -> None:
    rows = dict(drops.rows("core_banking.transactions", "transaction_id, (posted_at, folder)"))
    assert rows["109"] == (datetime(1998, 11, 20, 12), "1998-12-01")  # noqa: DTZ001
    assert rows["111"] == (datetime(1998, 12, 1, 12), "1998-12-01")  # noqa: DTZ001
    assert rows["112"] == (datetime(1998, 12, 2, 12), "1998-12-02")  # noqa: DTZ001


def test_an_entry_after_the_last_date_does_not_land(drops: Any) -> None:
    assert "117" not in {row[0] for row in drops.rows("core_banking.transactions", "transaction_id")}


def test_the_other_account_is_unknown_where_the_source_writes_zero(drops: Any) -> None:
    rows = dict(drops.rows("core_banking.transactions", "transaction_id, (counterparty_bank, counterparty_account)"))
    assert (rows["6"], rows["11"]) == (("YZ", "111"), ("AB", None))


def test_a_transaction_that_stands_in_two_files_counts_once(tiny_bank: Path, tmp_path: Path) -> None:
    before = convert(tiny_bank, tmp_path / "landing", *BOUNDS)
    (tiny_bank / "berka" / "trans_again.asc").write_bytes((tiny_bank / "berka" / "trans_cz.asc").read_bytes())
    assert convert(tiny_bank, tmp_path / "landing", *BOUNDS) == before


def test_the_days_balance_is_that_of_its_last_entry_whatever_the_order_of_the_file(drops: Any) -> None:
    rows = dict(drops.rows("core_banking.balances", "account_no || ' ' || balance_date, balance"))
    assert rows["account-1 1993-01-31"] == Decimal("1085.40")
    assert rows["account-2 1998-12-03"] == Decimal("855.40")
    assert rows["account-2 1998-12-04"] == Decimal("1055.40")


def _loan(drops: Any, number: int) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = drops.rows("core_banking.balances", "account_no, balance_date, balance, days_past_due", "1, 2")
    return [(str(on), int(owed), late) for account, on, owed, late in rows if account == f"loan-{number}"]


def test_a_loan_paid_off_is_owed_by_its_schedule_down_to_nothing(drops: Any) -> None:
    schedule = _loan(drops, 1)
    assert (schedule[0], schedule[1], schedule[-1]) == (("1997-12-10", 1200, 0), ("1998-01-10", 1100, 0), ("1998-12-10", 0, 0))


def test_an_unpaid_loan_keeps_its_last_instalment_owed_since_it_matured(drops: Any) -> None:
    assert _loan(drops, 2)[-2:] == [("1998-09-10", 100, 0), ("1998-12-31", 100, 82)]


def test_a_running_loan_falls_due_on_the_last_day_of_shorter_months(drops: Any) -> None:
    assert _loan(drops, 3)[1:3] == [("1998-02-28", 2300, 0), ("1998-03-31", 2200, 0)]
    assert _loan(drops, 3)[-1] == ("1998-12-31", 1300, 0)


def test_a_loan_in_debt_lacks_its_newest_instalment(drops: Any) -> None:
    assert _loan(drops, 4)[-2:] == [("1998-11-10", 1400, 0), ("1998-12-31", 1400, 21)]


def test_a_loan_without_a_status_says_nothing_about_being_late(drops: Any) -> None:
    assert _loan(drops, 5) == [("1998-12-05", 1200, None)]


def test_an_unknown_caller_has_no_number_and_a_phantom_call_is_left_out(drops: Any) -> None:
    columns = "contact_id, customer_no, agent_id, reason, outcome, folder"
    assert drops.rows("call_centre.contacts", columns) == [
        ("1999-01-01-AA0101-1", "9664491", None, "regular activity", "abandoned", "1999-01-01"),
        ("1999-01-01-AA0101-2", None, "BASCH", "prospective customer", "served", "1999-01-01"),
        ("1999-01-03-AA0102-1", "4", "TOVA", "regular activity in English", "served", "1999-01-03"),
        ("1999-01-03-AA0102-4", None, None, None, "abandoned", "1999-01-03"),
    ]


def test_a_call_may_run_past_midnight_and_never_ends_before_it_began(drops: Any) -> None:
    columns = "contact_id, strftime(started_at, '%d %H:%M:%S'), strftime(ended_at, '%d %H:%M:%S'), wait_seconds, service_seconds"
    assert drops.rows("call_centre.contacts", columns)[1:3] == [
        ("1999-01-01-AA0101-2", "01 23:59:50", "02 00:00:55", 0, 60),
        ("1999-01-03-AA0102-1", "03 15:46:01", "03 15:47:28", 77, 10),
    ]


def test_a_callers_number_never_matches_a_client_by_accident(drops: Any) -> None:
    callers = {row[0] for row in drops.rows("call_centre.contacts", "customer_no")}
    clients = {row[0] for row in drops.rows("core_banking.customers", "customer_no")}
    assert "4" in callers and not callers & clients
