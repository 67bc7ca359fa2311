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


def spoilt_cells(bank: Bank, table: Table) -> set[tuple[str, str, int]]:
    return {
        (str(row["business_date"]), row["file"], row["line"])
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
    assert good
    for column in table.columns:
        assert not unreadable(column, [line.get(column.name) for line in good]), f"{name}.{column.name}"


@pytest.mark.parametrize("name", TABLES)
def test_files_of_good_rows_have_all_columns_and_no_unknown_one_but_that_of_the_export(bank: Bank, name: str) -> None:
    expected = {column.name for column in landing_table(name).columns}
    assert {frozenset(line.columns) - {"_deleted", "export_batch"} for line in bank.good(name)} == {frozenset(expected)}


@pytest.mark.parametrize("name", TABLES)
def test_keys_are_unique_within_a_date(bank: Bank, name: str) -> None:
    """But for the same row twice, and for a copy with a bad cell before its row."""
    table = landing_table(name)
    spoilt = bank.planted(name) | spoilt_cells(bank, table)
    rows = {
        (line.file.parent.name, *(line.get(column.name) for column in table.columns)): tuple(map(line.get, table.key))
        for line in bank.lines(name)
        if not line.is_removal and (line.file.parent.name, line.file.name, line.number) not in spoilt
    }
    keys = Counter((row[0], *key) for row, key in rows.items())
    versions = landing_table(name).version is not None  # an older version may lie beside a newer one
    assert [key for key, count in keys.items() if count > 1 and not versions] == []


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
    for on in DATES[1:8]:
        assert {str(on)} <= days[on] <= {str(on - timedelta(days=n)) for n in range(8)}


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


def test_every_format_of_the_contract_occurs(bank: Bank) -> None:
    endings = {path.name.split(".", 1)[1] for path in bank.landing.glob("*/*/*/[!_]*")}
    assert endings == {"csv", "csv.gz", "parquet", "jsonl", "jsonl.gz"}
