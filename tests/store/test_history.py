"""A change log outlives its warehouse: it comes back from its published files, stands untouched, and says which tags stood."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from integrations.warehouse.connection import warehouse
from integrations.warehouse.history import restore_logs, show_earlier_tags


@pytest.fixture
def published(tmp_path: Path) -> Path:
    folder = tmp_path / "published" / "tag_changes"
    folder.mkdir(parents=True)
    for day in (1, 2):
        row = f"select date '2025-01-0{day}' as business_date, 'c1' as customer_id, 'youth' as tag_code, 'entered' as change"
        duckdb.sql(row).write_parquet(str(folder / f"2025-01-0{day}.parquet"))
    return folder.parent


def test_a_new_warehouse_gets_its_change_log_back_from_the_published_files(tmp_path: Path, published: Path) -> None:
    with warehouse(tmp_path / "warehouse.duckdb", tmp_path / "vault.duckdb") as connection:
        assert restore_logs(connection, published) == ["tag_changes"]
        assert connection.execute("select count(*), max(business_date)::varchar from marts.tag_changes").fetchone() == (
            2,
            "2025-01-02",
        )


def test_a_log_that_stands_is_left_alone(tmp_path: Path, published: Path) -> None:
    with warehouse(tmp_path / "warehouse.duckdb", tmp_path / "vault.duckdb") as connection:
        connection.execute("create schema marts; create table marts.tag_changes (business_date date)")
        assert restore_logs(connection, published) == []
        assert connection.execute("select count(*) from marts.tag_changes").fetchone() == (0,)


def test_where_nothing_was_published_nothing_is_made(tmp_path: Path) -> None:
    with warehouse(tmp_path / "warehouse.duckdb", tmp_path / "vault.duckdb") as connection:
        assert restore_logs(connection, tmp_path / "published") == []
        assert connection.execute("select count(*) from duckdb_tables() where schema_name = 'marts'").fetchone() == (0,)


ON = date(2025, 1, 5)
LOG = [
    ("2025-01-01", "stays", "entered"), ("2025-01-02", "stays", "left"), ("2025-01-03", "stays", "entered"),
    ("2025-01-01", "gone", "entered"), ("2025-01-03", "gone", "left"),
    ("2025-01-03", "new", "entered"), ("2025-01-05", "today", "entered"), ("2025-01-05", "stays", "left"),
]  # fmt: skip
HELD_BY_THE_LOG = [("new", "2025-01-03"), ("stays", "2025-01-03")]


@pytest.fixture
def logged(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse whose log speaks of four customers, about to find the tags of the fifth day."""
    with warehouse(tmp_path / "warehouse.duckdb", tmp_path / "vault.duckdb") as connection:
        connection.execute("create schema control; create table control.run as select ?::date as as_of_date", [ON])
        connection.execute("create schema marts; create schema intermediate")
        connection.execute("create table marts.tag_changes (business_date date, customer_id text, tag_code text, change text)")
        connection.executemany("insert into marts.tag_changes values (?, ?, 't', ?)", LOG)
        yield connection


def tags_of(connection: duckdb.DuckDBPyConnection, business_date: str, *tagged: tuple[str, str | None]) -> None:
    """The marts' tags of a date, each since 1999, which no log says: whoever shows that has read them."""
    connection.execute(
        "create or replace table intermediate.int_customers_tagged"
        " (business_date date, customer_id text, tag_code text, since date, change text)"
    )
    for customer, change in tagged:
        row = [business_date, customer, change]
        connection.execute("insert into intermediate.int_customers_tagged values (?, ?, 't', '1999-01-01', ?)", row)


def earlier(connection: duckdb.DuckDBPyConnection, before: date = ON) -> list[tuple[str, str]]:
    show_earlier_tags(connection, before)
    return connection.execute("select customer_id, since::varchar from control.earlier_tags order by 1").fetchall()


def test_before_there_is_a_log_nobody_held_a_tag(logged: duckdb.DuckDBPyConnection) -> None:
    logged.execute("drop table marts.tag_changes")
    assert earlier(logged) == []


def test_the_log_of_the_earlier_dates_alone_says_who_held_a_tag_and_since_when(logged: duckdb.DuckDBPyConnection) -> None:
    assert earlier(logged) == HELD_BY_THE_LOG


def test_the_marts_of_the_newest_date_of_the_log_say_what_they_held_at_its_end(logged: duckdb.DuckDBPyConnection) -> None:
    tags_of(logged, "2025-01-03", ("stays", "entered"), ("new", "entered"), ("gone", "left"), ("long ago", None))
    assert earlier(logged) == [("long ago", "1999-01-01"), ("new", "1999-01-01"), ("stays", "1999-01-01")]


def test_the_marts_of_a_later_date_without_a_change_say_it_too(logged: duckdb.DuckDBPyConnection) -> None:
    tags_of(logged, "2025-01-04", ("stays", None))
    assert earlier(logged) == [("stays", "1999-01-01")]


def test_the_marts_of_the_very_date_say_what_they_held_when_it_began(logged: duckdb.DuckDBPyConnection) -> None:
    tags_of(logged, "2025-01-05", ("today", "entered"), ("stays", "left"), ("new", None))
    assert earlier(logged) == [("new", "1999-01-01"), ("stays", "1999-01-01")]


def test_one_and_the_same_view_serves_a_date_that_is_run_twice(logged: duckdb.DuckDBPyConnection) -> None:
    """What it shows when the date's own tags have taken the place of those before is what it showed before."""
    tags_of(logged, "2025-01-03", ("stays", "entered"), ("new", "entered"), ("gone", "left"))
    first = earlier(logged)
    tags_of(logged, "2025-01-05", ("today", "entered"), ("stays", "left"), ("new", None))
    assert logged.execute("select customer_id, since::varchar from control.earlier_tags order by 1").fetchall() == first


@pytest.mark.parametrize(
    ("of", "tagged"),
    [
        ("2025-01-03", [("stays", "entered"), ("new", "entered")]),
        ("2025-01-03", [("stays", "entered"), ("new", "entered"), ("other", "left")]),
        ("2025-01-04", [("stays", "left")]),
        ("2025-01-02", [("stays", "left")]),
        ("2025-01-06", [("stays", None)]),
        ("2025-01-05", []),
    ],
    ids=["killed before it was logged", "logged otherwise", "never logged", "older than the log", "of a later date", "empty"],
)
def test_marts_that_do_not_agree_with_the_log_are_not_asked(
    logged: duckdb.DuckDBPyConnection, of: str, tagged: list[tuple[str, str | None]]
) -> None:
    tags_of(logged, of, *tagged)
    assert earlier(logged) == HELD_BY_THE_LOG


def test_nor_are_marts_that_do_not_say_of_which_date_they_are(logged: duckdb.DuckDBPyConnection) -> None:
    logged.execute("create table intermediate.int_customers_tagged (customer_id text, tag_code text, since date, change text)")
    assert earlier(logged) == HELD_BY_THE_LOG
