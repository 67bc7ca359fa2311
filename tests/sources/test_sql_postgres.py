"""A core-banking replica on a real PostgreSQL: its values, its snapshot, its refusals."""

from __future__ import annotations

import os
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest
from sources_kit import FIRST, PRODUCTS, SECOND, THIRD, Sourced

TRANSACTIONS = "core_banking.transactions"
Database = tuple[str, psycopg.Connection[Any]]
COLUMNS = {
    "transaction_id": "id", "account_no": "'a1'", "posted_at": "posted", "direction": "'in'", "amount": "amount",
    "transaction_type": "'cash'",
}  # fmt: skip


def bank_of(folder: Path, address: str, *tables: dict[str, Any], **connection: Any) -> Sourced:
    return Sourced(folder, {"core": {"kind": "sql", "url": "CORE_URL"} | connection}, list(tables), {"CORE_URL": address})


def transactions(**changes: Any) -> dict[str, Any]:
    entry = {"table": TRANSACTIONS, "connection": "core", "from": "t", "columns": COLUMNS, "changes": {"by": "full"}}
    return entry | changes


def products(name: str = "name") -> dict[str, Any]:
    columns = {"product_code": "code", "product_name": name, "category": "'fund'", "launched_on": "launched"}
    return {"table": PRODUCTS, "connection": "core", "from": "goods", "columns": columns, "changes": {"by": "full"}}


def test_values_land_exactly_and_become_what_the_contract_says(tmp_path: Path, database: Database) -> None:
    address, server = database
    server.execute("create table t (id int, posted timestamptz, amount numeric, done boolean, description text)")
    server.execute(
        "insert into t values (1, '2026-03-01 10:00:00.25+00', 1234567890123456.10, true, 'a, \"b\"\nc'), "
        "(2, '1900-01-01 00:00:00+00', 0.00000001, null, ''), (3, 'infinity', 'NaN', false, null)"
    )
    columns = COLUMNS | {"description": "coalesce(description, done::text)", "_deleted": "done", "country": "'100%:x'::text"}
    bank = bank_of(tmp_path, address, transactions(columns=columns, order_by="id"))
    assert bank.landed().rows == 3
    assert bank.rows("transaction_id, posted_at, amount, _deleted, description, country", table=TRANSACTIONS) == [
        ("1", "2026-03-01 10:00:00.25+00", "1234567890123456.10", "true", 'a, "b"\nc', "100%:x"),
        ("2", "1900-01-01 00:00:00+00", "0.00000001", None, "", "100%:x"),
        ("3", "infinity", "NaN", "false", "false", "100%:x"),
    ]
    (result,) = bank.take_in(TRANSACTIONS)
    # what PostgreSQL can hold and the contract cannot is a bad row, not a failed extraction
    assert (result.rows_landed, result.rows_accepted, result.reasons) == (3, 2, {"bad_type": 2})
    assert bank.raw("transaction_id, posted_at, _deleted", table=TRANSACTIONS) == [
        ("1", datetime.fromisoformat("2026-03-01 18:00:00.250"), True),
        ("2", datetime.fromisoformat("1900-01-01 08:05:43"), False),
    ]


def test_a_timestamp_without_offset_is_the_banks_own_unless_the_connection_names_another_time_zone(
    tmp_path: Path, database: Database
) -> None:
    address, server = database
    server.execute("create table t (id int, posted timestamp, amount numeric)")
    server.execute("insert into t values (1, '2026-03-01 20:00:00', 1)")
    for zone, expected in (({}, "2026-03-01 20:00:00"), ({"time_zone": "UTC"}, "2026-03-02 04:00:00")):
        bank = bank_of(tmp_path / str(len(zone)), address, transactions(), **zone)
        bank.folder.mkdir()
        bank.landed()
        bank.take_in(TRANSACTIONS)
        assert bank.raw("posted_at::varchar, amount", table=TRANSACTIONS) == [(expected, Decimal("1.00"))]


@pytest.mark.parametrize("column_type", ["timestamp", "timestamptz"])
def test_rows_changed_since_the_highest_mark_are_found_by_its_own_type(
    tmp_path: Path, database: Database, column_type: str
) -> None:
    address, server = database
    server.execute(f"create table t (id int, posted {column_type}, amount numeric default 1)")
    server.execute("set time zone 'UTC'")
    server.execute("insert into t values (1, '2026-03-01 10:00:00'), (2, '2026-03-01 11:59:59'), (3, '2026-03-01 12:00:00')")
    changes = {"by": "changed_since", "column": "posted", "overlap": 1}
    bank = bank_of(tmp_path, address, transactions(changes=changes), time_zone="UTC")
    bank.landed(FIRST)
    server.execute("insert into t values (4, '2026-03-01 11:00:00'), (5, '9999-12-31 00:00:00')")
    bank.landed(SECOND)
    assert sorted(bank.rows("transaction_id", on=SECOND, table=TRANSACTIONS)) == ["2", "3", "5"]
    # a row of the far future comes every time, and hides nothing
    server.execute("insert into t values (6, '2026-03-01 12:00:01')")
    bank.landed(THIRD)
    assert sorted(bank.rows("transaction_id", on=THIRD, table=TRANSACTIONS)) == ["2", "3", "5", "6"]


def test_marks_of_numbers_and_dates_are_found_by_their_own_type(tmp_path: Path, database: Database) -> None:
    address, server = database
    server.execute("create table t (id bigint, posted date, amount numeric)")
    server.execute("insert into t values (1, '2026-02-01', 1), (2, '2026-02-02', 1)")
    for name, changes in (("id", {"column": "id", "type": "number"}), ("posted", {"column": "posted", "type": "date"})):
        bank = bank_of(tmp_path / name, address, transactions(changes={"by": "changed_since"} | changes))
        bank.folder.mkdir()
        bank.landed(FIRST)
        bank.landed(SECOND)
        assert bank.rows("transaction_id", on=SECOND, table=TRANSACTIONS) == ["2"]


def test_the_tables_of_a_connection_are_one_snapshot(tmp_path: Path, database: Database) -> None:
    address, server = database
    server.execute("create table goods (code text, name text, launched date)")
    server.execute("create table t (id int, posted timestamp, amount numeric)")
    bank = bank_of(tmp_path, address, products(), transactions())
    outcomes = bank.extractor().run(FIRST)
    assert next(outcomes).state == "landed"
    server.execute("insert into t values (1, now(), 1)")  # after the first table was read
    assert [(outcome.state, outcome.rows) for outcome in outcomes] == [("landed", 0)]
    bank.land(SECOND)
    assert bank.rows("transaction_id", on=SECOND, table=TRANSACTIONS) == ["1"]


def test_a_large_table_comes_in_chunks(tmp_path: Path, database: Database) -> None:
    address, server = database
    server.execute("create table t as select id, timestamp '2026-01-01' as posted, 1 as amount from generate_series(1, 2500) id")
    bank = bank_of(tmp_path, address, transactions(chunk_rows=1000))
    assert bank.landed().rows == 2500
    file = pq.ParquetFile(bank.place(TRANSACTIONS) / "rows.parquet")
    assert [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)] == [1000, 1000, 500]


def test_a_table_that_cannot_be_read_keeps_no_other_from_landing(tmp_path: Path, database: Database) -> None:
    address, server = database
    server.execute("create table goods (code text, name text, launched date)")
    server.execute("create table t (id int, posted timestamp, amount numeric)")
    bank = bank_of(tmp_path, address, products(name="nmae"), transactions())
    bad, good = bank.land()
    assert (bad.state, good.state) == ("failed", "landed")
    assert "column" in bad.told
    assert "nmae" in bad.told
    assert "mend its from, query, columns or changes" in bad.told


def test_a_value_that_breaks_the_query_is_not_told(tmp_path: Path, database: Database) -> None:
    address, server = database
    server.execute("create table goods (code text, name text, launched date)")
    server.execute("insert into goods values ('A', 'Zhang Sanfeng', null)")
    told = bank_of(tmp_path, address, products(name="name::date::text")).failure()
    assert "22007" in told
    assert "Zhang" not in told


def test_nothing_can_be_written(tmp_path: Path, database: Database) -> None:
    address, server = database
    server.execute("create table goods (code text, name text, launched date)")
    server.execute("create table touched (at timestamp)")
    server.execute("insert into goods values ('A', 'a', null)")
    server.execute("create function touch() returns text language sql as 'insert into touched values (now()) returning at::text'")
    assert "25006" in bank_of(tmp_path, address, products(name="touch()")).failure()
    assert server.execute("select count(*) from touched").fetchone() == (0,)


def test_a_statement_that_takes_too_long_is_ended(tmp_path: Path, database: Database) -> None:
    address, server = database
    server.execute("create table goods as select 'A' as code, current_date as launched")
    told = bank_of(tmp_path, address, products(name="pg_sleep(60)::text"), timeout_seconds=1).failure()
    assert "timeout_seconds" in told


def test_an_account_without_rights_and_a_server_that_is_gone_are_told_apart(tmp_path: Path, database: Database) -> None:
    address, server = database
    server.execute("create table goods (code text, name text, launched date)")
    role = f"clerk_{os.getpid()}"
    server.execute(f"create role {role} login")
    try:
        told = bank_of(tmp_path, address.replace("bank@", f"{role}:secret-word@"), products()).failure()
        assert "mend its name, password or rights" in told
        assert "secret-word" not in told
    finally:
        server.execute(f"drop role {role}")
    told = bank_of(tmp_path, "postgresql://clerk:secret-word@127.0.0.1:1/core?connect_timeout=1", products()).failure()
    assert "127.0.0.1:1/core cannot be reached" in told
    assert "secret-word" not in told


def test_a_connection_that_ends_amid_a_table_is_no_fault_of_the_next_one(tmp_path: Path, database: Database) -> None:
    address, server = database
    server.execute("create table goods (code text, name text, launched date)")
    server.execute("insert into goods values ('P1', 'n', '2026-03-01')")
    server.execute("create table t (id int, posted timestamp, amount numeric)")
    bank = bank_of(tmp_path, address, products("pg_terminate_backend(pg_backend_pid())::text"), transactions())
    ended, following = (outcome.told for outcome in bank.land())
    for told in (ended, following):
        assert "ended the connection" in told
        assert "run it again when it is back" in told
        assert "mend the entry" not in told


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("secret word", "no SQLAlchemy URL"),
        ("oracle+oracledb://clerk:secret-word@host/core", "driver of oracle\\+oracledb is not installed"),
        ("nosuchthing://clerk:secret-word@host/core", "driver of nosuchthing is not installed"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_being_told(tmp_path: Path, address: str, why: str) -> None:
    told = bank_of(tmp_path, address, products()).failure()
    assert why.replace("\\", "") in told
    assert "secret" not in told
