"""Decided lists as state: a date's folder is whole or not there, and never changes."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import pytest

from integrations.delivery.records import delivery_id
from integrations.warehouse.connection import WarehouseError
from integrations.warehouse.decisions import (
    TABLES,
    decided_dates,
    freeze,
    frozen_files,
    show_earlier_entries,
    show_earlier_messages,
)

MONDAY = date(2026, 1, 5)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


def decide(connection, on, *customers):
    connection.execute(
        "create schema if not exists decisions; create schema if not exists control;"
        "create or replace table decisions.list_entries (business_date date, entry_id varchar, strategy_id varchar,"
        " occasion_id varchar, customer_id varchar, arm varchar, channel varchar);"
        "create or replace table decisions.decision_trace (business_date date, customer_id varchar, outcome varchar)"
    )
    for customer in customers:
        entry = [on, f"{on}:{customer}", "s", "o", customer, "treatment", "sms"]
        connection.execute("insert into decisions.list_entries values (?, ?, ?, ?, ?, ?, ?)", entry)
        connection.execute("insert into decisions.decision_trace values (?, ?, 'chosen')", [on, customer])


def test_a_decided_date_is_frozen_as_parquet(tmp_path, connection):
    decide(connection, MONDAY, "k1", "k2")
    assert freeze(connection, tmp_path / "decisions", MONDAY) == {"list_entries": 2, "decision_trace": 2}
    assert decided_dates(tmp_path / "decisions") == [MONDAY]
    (file,) = frozen_files(tmp_path / "decisions", "list_entries")
    assert duckdb.sql(f"select customer_id, arm from '{file}' order by 1").fetchall() == [
        ("k1", "treatment"),
        ("k2", "treatment"),
    ]


def test_a_list_without_entries_is_a_decision_too(tmp_path, connection):
    decide(connection, MONDAY)
    assert freeze(connection, tmp_path, MONDAY) == {"list_entries": 0, "decision_trace": 0}
    assert decided_dates(tmp_path) == [MONDAY]


def test_a_decided_date_is_frozen_once(tmp_path, connection):
    decide(connection, MONDAY, "k1")
    freeze(connection, tmp_path, MONDAY)
    decide(connection, MONDAY, "k2")
    with pytest.raises(FileExistsError, match=f"^{MONDAY} is decided already"):
        freeze(connection, tmp_path, MONDAY)
    assert duckdb.sql(f"select customer_id from '{frozen_files(tmp_path, 'list_entries')[0]}'").fetchall() == [("k1",)]


@pytest.mark.parametrize("table", TABLES)
def test_a_list_about_another_date_is_not_frozen(tmp_path, connection, table):
    decide(connection, MONDAY, "k1", "k2")
    for wrong in (TUESDAY, None):
        connection.execute(f"update decisions.{table} set business_date = ? where customer_id = 'k2'", [wrong])
        with pytest.raises(WarehouseError, match=rf"^decisions\.{table} is not about {MONDAY}: decide that date first"):
            freeze(connection, tmp_path, MONDAY)
    assert decided_dates(tmp_path) == []


def test_a_freezing_that_fails_half_way_leaves_no_date_and_can_be_repeated(tmp_path, connection):
    decide(connection, MONDAY, "k1")
    connection.execute("alter table decisions.decision_trace rename to later")
    connection.execute(
        "create view decisions.decision_trace as select * replace (error('disk full') as outcome) from decisions.later"
    )
    with pytest.raises(duckdb.Error, match="disk full"):
        freeze(connection, tmp_path, MONDAY)
    assert (tmp_path / f".{MONDAY}" / "list_entries.parquet").exists()
    assert (decided_dates(tmp_path), frozen_files(tmp_path, "list_entries")) == ([], [])
    connection.execute("drop view decisions.decision_trace")
    decide(connection, MONDAY, "k2")
    assert freeze(connection, tmp_path, MONDAY)["list_entries"] == 1
    assert [path.name for path in tmp_path.iterdir()] == [str(MONDAY)]
    assert duckdb.sql(f"select customer_id from '{frozen_files(tmp_path, 'list_entries')[0]}'").fetchall() == [("k2",)]


def test_a_draft_left_by_a_kill_is_replaced(tmp_path, connection):
    draft = tmp_path / f".{MONDAY}"
    draft.mkdir()
    (draft / "list_entries.parquet").write_text("half", encoding="utf-8")
    (draft / "stray").write_text("stray", encoding="utf-8")
    decide(connection, MONDAY, "k1")
    freeze(connection, tmp_path, MONDAY)
    assert sorted(path.name for path in (tmp_path / str(MONDAY)).iterdir()) == [f"{table}.parquet" for table in sorted(TABLES)]
    assert not draft.exists()


def test_frozen_files_are_told_oldest_first_up_to_a_date(tmp_path, connection):
    for on in (TUESDAY, MONDAY, WEDNESDAY):
        decide(connection, on, "k1")
        freeze(connection, tmp_path, on)
    names = [path.parent.name for path in frozen_files(tmp_path, "decision_trace", last=TUESDAY)]
    assert names == [str(MONDAY), str(TUESDAY)]
    assert decided_dates(tmp_path) == [MONDAY, TUESDAY, WEDNESDAY]
    assert decided_dates(tmp_path / "nowhere") == []


def test_the_rules_that_look_back_see_the_entries_of_earlier_dates_alone(tmp_path, connection):
    for on in (MONDAY, TUESDAY, WEDNESDAY):
        decide(connection, on, "k1", "k2")
        freeze(connection, tmp_path, on)
    seen = "select business_date, count(*) from control.earlier_entries group by 1 order by 1"
    show_earlier_entries(connection, tmp_path, before=WEDNESDAY)
    assert connection.execute(seen).fetchall() == [(MONDAY, 2), (TUESDAY, 2)]
    assert connection.execute("from control.earlier_entries order by all limit 1").fetchall() == [
        (MONDAY, f"{MONDAY}:k1", "s", "o", "k1", "treatment")
    ]
    show_earlier_entries(connection, tmp_path, before=MONDAY)
    assert connection.execute(seen).fetchall() == []


def test_what_was_sent_earlier_is_known_by_the_id_it_was_sent_with_and_nothing_is_sent_for_a_control_customer(
    tmp_path, connection
):
    decide(connection, MONDAY, "k1", "k2")
    connection.execute("alter table decisions.list_entries add column destination varchar")
    connection.execute("update decisions.list_entries set destination = 'crm', arm = if(customer_id = 'k2', 'control', arm)")
    freeze(connection, tmp_path, MONDAY)
    sent = "from control.earlier_messages"
    show_earlier_messages(connection, tmp_path, before=TUESDAY, operations={"crm": "create_task"})
    assert connection.execute(sent).fetchall() == [(delivery_id(f"{MONDAY}:k1", "crm", "create_task"), "k1", "sms", "s")]
    show_earlier_messages(connection, tmp_path, before=MONDAY, operations={"crm": "create_task"})
    assert connection.execute(sent).fetchall() == []
