"""A change log outlives its warehouse: it comes back from its published files, and is left alone where it stands."""

from __future__ import annotations

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


def test_a_dates_tags_are_found_against_those_of_earlier_dates_alone(tmp_path: Path, published: Path) -> None:
    earlier = "select business_date::varchar, customer_id, tag_code, change from control.earlier_tag_changes"
    with warehouse(tmp_path / "warehouse.duckdb", tmp_path / "vault.duckdb") as connection:
        connection.execute("create schema control")
        show_earlier_tags(connection, before=date(2025, 1, 2))
        assert connection.execute(earlier).fetchall() == []
        restore_logs(connection, published)
        show_earlier_tags(connection, before=date(2025, 1, 2))
        assert connection.execute(earlier).fetchall() == [("2025-01-01", "c1", "youth", "entered")]
