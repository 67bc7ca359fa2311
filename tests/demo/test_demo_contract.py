"""The drops keep the landing contract, apart from the planted faults."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pytest
from demo_bank_files import FIRST, LAST, Bank, Line

from foundation.contract import Column, Table, landing_table, landing_tables

REACTIONS = {"engagement.message_events", "engagement.task_results"}  # what comes of what was sent: nothing is
TABLES = tuple(table.full_name for table in landing_tables() if table.full_name not in REACTIONS)
DATES = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]


def unreadable(column: Column, values: list[str | None]) -> list[str | None]:
    """Values that are not of the column's type, null where null is refused, or not allowed."""
    rows = pa.table({"value": pa.array(values, pa.string())})
    wrong = f"value is not null and try_cast(value as {column.sql_type}) is null"
    if column.required:
        wrong += " or value is null"
    if column.allowed:
        wrong += f" or value not in ({', '.join(repr(value) for value in column.allowed)})"
    return [row[0] for row in duckdb.connect().from_arrow(rows).filter(wrong).fetchall()]


def spoilt_cells(bank: Bank, table: Table) -> set[tuple[str, str, int, str]]:
    return {
        (str(row["business_date"]), row["file"], row["line"], row["column_name"])
        for row in bank.truth("bad_rows")
        if row["kind"] == "cell" and f"{row['source']}.{row['table_name']}" == table.full_name
    }


def test_the_type_check_of_these_tests_sees_faults() -> None:
    customers = landing_table("core_banking.customers")
    assert unreadable(customers.column("birth_date"), ["1980-02-31", "1980-02-28", None]) == ["1980-02-31"]
    assert unreadable(customers.column("gender"), ["X", "F"]) == ["X"]
    assert unreadable(customers.column("opened_on"), [None]) == [None]


@pytest.mark.parametrize("name", TABLES)
def test_every_good_value_is_of_its_contract_type_and_allowed(bank: Bank, name: str) -> None:
    table, good = landing_table(name), bank.good(name)
    spoilt = spoilt_cells(bank, table)
    assert good
    for column in table.columns:
        values = [
            line.get(column.name)
            for line in good
            if (line.file.parent.name, line.file.name, line.number, column.name) not in spoilt
        ]
        assert not unreadable(column, values), f"{name}.{column.name}"


@pytest.mark.parametrize("name", TABLES)
def test_files_have_exactly_the_contract_columns(bank: Bank, name: str) -> None:
    expected = [column.name for column in landing_table(name).columns]
    assert {tuple(line.columns) for line in bank.lines(name)} == {tuple(expected)}


@pytest.mark.parametrize("name", TABLES)
def test_keys_are_unique_within_a_date(bank: Bank, name: str) -> None:
    table = landing_table(name)
    keys = Counter((line.file.parent.name, *(line.get(key) for key in table.key)) for line in bank.good(name))
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("name", ["core_banking.transactions", "core_banking.balances", "app.events", "call_centre.contacts"])
def test_keys_of_what_happens_are_unique_over_all_dates(bank: Bank, name: str) -> None:
    keys = [tuple(line.get(key) for key in landing_table(name).key) for line in bank.good(name)]
    assert len(keys) == len(set(keys))


def test_required_tables_have_a_folder_on_every_date(bank: Bank) -> None:
    landed = {table.full_name: table for table in landing_tables() if table.required}
    assert landed
    for name in landed:
        folders = {path.name for path in bank.landing.joinpath(*name.split(".")).iterdir()}
        assert folders == {str(on) for on in DATES}, name


def test_the_first_folder_carries_the_history_and_later_ones_their_own_day(bank: Bank) -> None:
    days = {on: {str(line.get("posted_at"))[:10] for line in good_on(bank, on)} for on in DATES[:8]}
    assert min(days[FIRST]) <= str(FIRST - timedelta(days=360))
    assert max(days[FIRST]) == str(FIRST)
    assert all(days[on] == {str(on)} for on in DATES[1:8])


def good_on(bank: Bank, on: date) -> list[Line]:
    return [line for line in bank.good("core_banking.transactions") if line.file.parent.name == str(on)]


def test_references_hold(bank: Bank) -> None:
    customers = {line.get("customer_no") for line in bank.good("core_banking.customers")}
    accounts = {line.get("account_no") for line in bank.good("core_banking.accounts")}
    products = {line.get("product_code") for line in bank.good("core_banking.products")}
    users = {line.get("app_user_id") for line in bank.good("app.users")}
    for name, column, known in (
        ("core_banking.accounts", "customer_no", customers),
        ("core_banking.accounts", "product_code", products),
        ("core_banking.account_holders", "account_no", accounts),
        ("core_banking.account_holders", "customer_no", customers),
        ("core_banking.balances", "account_no", accounts),
        ("core_banking.transactions", "account_no", accounts),
        ("core_banking.customers", "employer_no", {*customers, None}),
        ("app.users", "customer_no", {*customers, None}),
        ("app.events", "app_user_id", users),
        ("app.events", "product_code", {*products, None}),
        ("call_centre.contacts", "customer_no", {*customers, None}),
        ("engagement.consents", "customer_no", customers),
        ("core_banking.benefit_events", "customer_no", customers),
        ("call_centre.tickets", "customer_no", {*customers, None}),
        ("call_centre.tickets", "product_code", {*products, None}),
        ("call_centre.surveys", "customer_no", {*customers, None}),
    ):
        assert {line.get(column) for line in bank.good(name)} <= known, f"{name}.{column}"


def test_both_formats_and_compressed_csv_occur(bank: Bank) -> None:
    endings = {path.name.split(".", 1)[1] for path in bank.landing.rglob("*.*") if path.is_file()}
    assert endings == {"csv", "csv.gz", "parquet"}
