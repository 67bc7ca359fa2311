"""The truth about planted faults is the truth: the file drop refuses what was planted, for its reason, and no good row."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb
import pytest
from demo_bank_files import FIRST, LAST, Bank

from demo.fault_kinds import faults_of
from foundation.contract import landing_table, landing_tables
from foundation.home import Home
from integrations.sources.file_drop.scan import scan
from integrations.sources.file_drop.write import ingest
from integrations.sources.registry import BatchResult

SAME = "source, table_name, business_date, file, line, kind, column_name, reason"
BREAKS = {"too_many_fields", "too_few_fields", "open_quote", "bad_bytes", "cut_json", "no_object"}


@pytest.fixture(scope="module")
def home(bank: Bank, tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(root=tmp_path_factory.mktemp("taken"), landing=bank.landing)


@pytest.fixture(scope="module")
def taken(bank: Bank, home: Home) -> list[BatchResult]:
    """The bank's 34 dates, taken in."""
    return ingest(scan(bank.landing, landing_tables(), FIRST, LAST), home, time_zone="Asia/Shanghai")


def rows(files: Path, columns: str = SAME) -> Counter[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return Counter(connection.execute(f"select {columns} from read_parquet(?)", [str(files)]).fetchall())


def landed_tables(bank: Bank) -> list[str]:
    return [table.full_name for table in landing_tables() if bank.landing.joinpath(table.source, table.name).is_dir()]


def test_every_file_can_be_taken_in(taken: list[BatchResult]) -> None:
    assert [result.error for result in taken if result.error] == []


@pytest.mark.usefixtures("taken")
def test_the_quarantine_is_exactly_what_was_planted(bank: Bank, home: Home) -> None:
    planted = rows(bank.state / "truth" / "bad_rows.parquet")
    assert planted
    assert rows(home.root / "quarantine" / "*" / "*" / "*.parquet") == planted


def test_four_weeks_hold_every_reason_for_which_the_contract_refuses_any_column(bank: Bank) -> None:
    planted = rows(bank.state / "truth" / "bad_rows.parquet", "source || '.' || table_name, column_name, reason, planted")
    seen = {(name, column, reason, how if how in BREAKS else None) for name, column, reason, how in planted}
    wanted = {(name, fault.column, fault.reason, fault.broken) for name in landed_tables(bank) for fault in faults_of(name)}
    assert wanted - seen == set()
    assert {fault.broken for name in landed_tables(bank) for fault in faults_of(name)} == BREAKS | {None}


@pytest.mark.parametrize("table", landing_tables(), ids=lambda table: table.full_name)
def test_the_faults_of_a_table_are_all_that_its_contract_can_refuse(table: object) -> None:
    known = {(fault.column, fault.reason) for fault in faults_of(table.full_name)}  # type: ignore[attr-defined]
    wanted: set[tuple[str | None, str]] = {(None, "malformed_row"), ("_deleted", "bad_type")}
    for column in landing_table(table.full_name).columns:  # type: ignore[attr-defined]
        is_key = column.name in table.key  # type: ignore[attr-defined]
        wanted |= {(column.name, "null_key" if is_key else "null_value")} if column.required else set()
        wanted |= {(column.name, "bad_key" if is_key else "bad_type")} if column.type != "text" else set()
        wanted |= {(column.name, "not_allowed")} if column.allowed else set()
    assert known == wanted


def test_no_good_row_is_lost(bank: Bank, home: Home, taken: list[BatchResult]) -> None:
    """Raw holds the rows that the files hold, without the refused ones and those that another row of their folder replaces."""
    for name in landed_tables(bank):
        table, refused = landing_table(name), bank.planted(name)
        expected = {
            (line.file.parent.name, *(str(line.get(key)) for key in table.key))
            for line in bank.lines(name)
            if (line.file.parent.name, line.file.name, line.number) not in refused
        }
        keys = ", ".join(f"cast({key} as varchar)" for key in table.key)
        raw = rows(home.root / "raw" / table.source / table.name / "*.parquet", f"cast(_landed_on as varchar), {keys}")
        assert raw == Counter(expected), name
    assert all(each.rows_landed == each.rows_accepted + each.rows_quarantined + each.rows_superseded for each in taken)


def test_cells_are_nullable_and_rows_are_not(bank: Bank) -> None:
    for fault in bank.truth("bad_rows"):
        if fault["column_name"] is not None and fault["column_name"] != "_deleted":
            column = landing_table(f"{fault['source']}.{fault['table_name']}").column(fault["column_name"])
            assert column.required == (fault["kind"] == "row"), fault


def test_a_refused_row_has_a_key_that_no_good_row_has(bank: Bank) -> None:
    for name in landed_tables(bank):
        good = {":".join(str(line.get(column)) for column in landing_table(name).key) for line in bank.good(name)}
        assert not good & {
            fault["key"]
            for fault in bank.truth("bad_rows")
            if fault["kind"] == "row" and f"{fault['source']}.{fault['table_name']}" == name
        }


def test_faults_stand_on_the_first_and_on_later_dates(bank: Bank) -> None:
    dates = {fault["business_date"] for fault in bank.truth("bad_rows")}
    assert {FIRST, LAST} <= dates


def test_few_rows_are_refused_so_that_no_gate_closes_by_default(taken: list[BatchResult]) -> None:
    for result in taken:
        assert result.rows_quarantined <= max(10, result.rows_landed * 0.02), (result.table, result.on)
