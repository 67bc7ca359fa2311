"""The truth about planted faults is the truth."""

from __future__ import annotations

from collections import Counter

import duckdb
from demo_bank_files import FIRST, LAST, Bank, Line, read_lines

from foundation.contract import landing_table

REASONS = {"null_key", "bad_key", "null_value", "bad_type", "not_allowed", "malformed_row"}


def is_spoilt(line: Line, reason: str, column: str | None, full_name: str) -> bool:
    """Whether the line really has the fault."""
    table = landing_table(full_name)
    if reason == "malformed_row":
        return column is None and len(line.values) > len(line.columns)
    assert column is not None
    value, spec = line.get(column), table.column(column)
    if reason in {"null_key", "null_value"}:
        return value is None and (column in table.key) == (reason == "null_key") and spec.required
    if reason == "not_allowed":
        return value is not None and bool(spec.allowed) and value not in spec.allowed
    readable = duckdb.execute(f"select try_cast(? as {spec.sql_type}) is not null", [value]).fetchone()
    return readable == (False,) and (column in table.key) == (reason == "bad_key")


def test_every_planted_fault_stands_where_the_truth_says(bank: Bank) -> None:
    planted = bank.truth("bad_rows")
    assert {fault["reason"] for fault in planted} == REASONS
    for fault in planted:
        name = f"{fault['source']}.{fault['table_name']}"
        path = bank.landing / fault["source"] / fault["table_name"] / str(fault["business_date"]) / fault["file"]
        line = next(line for line in read_lines(path) if line.number == fault["line"])
        assert is_spoilt(line, fault["reason"], fault["column_name"], name), fault
        key = [line.get(column) for column in landing_table(name).key]
        assert fault["key"] == (None if None in key else ":".join(map(str, key)))


def test_the_check_of_a_fault_sees_that_a_good_line_has_none(bank: Bank) -> None:
    line = bank.good("core_banking.transactions")[0]
    columns = {"null_key": "transaction_id", "bad_type": "amount", "not_allowed": "direction", "malformed_row": None}
    for reason, column in columns.items():
        assert not is_spoilt(line, reason, column, "core_banking.transactions")


def test_cells_are_nullable_and_rows_are_not(bank: Bank) -> None:
    for fault in bank.truth("bad_rows"):
        if fault["column_name"] is not None:
            column = landing_table(f"{fault['source']}.{fault['table_name']}").column(fault["column_name"])
            assert column.required == (fault["kind"] == "row"), fault


def test_a_refused_row_has_a_key_that_no_good_row_has(bank: Bank) -> None:
    for name in ("core_banking.customers", "core_banking.accounts", "core_banking.transactions", "engagement.consents"):
        key = landing_table(name).key
        good = {":".join(str(line.get(column)) for column in key) for line in bank.good(name)}
        assert not good & {
            fault["key"]
            for fault in bank.truth("bad_rows")
            if fault["kind"] == "row" and f"{fault['source']}.{fault['table_name']}" == name
        }


def test_faults_stand_in_many_tables_and_on_the_first_and_the_last_date(bank: Bank) -> None:
    planted = bank.truth("bad_rows")
    assert len({fault["table_name"] for fault in planted}) >= 6
    dates = {fault["business_date"] for fault in planted}
    assert min(dates) == FIRST
    assert max(dates) > FIRST
    assert max(dates) <= LAST


def test_fewer_than_one_row_in_a_hundred_is_spoilt(bank: Bank) -> None:
    planted = Counter((fault["source"], fault["table_name"], str(fault["business_date"])) for fault in bank.truth("bad_rows"))
    for (source, table, on), count in planted.items():
        good = sum(1 for line in bank.good(f"{source}.{table}") if line.file.parent.name == on)
        assert count < good / 100 + 1, (source, table, on)
        assert good > 100, (source, table, on)
