"""The marts as a whole on a tiny bank: a day brings what a rebuild brings, and corrections reach the facts they touch."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tiny_warehouse import FIRST, Warehouse, transaction

NEXT = date(2026, 6, 30)
PUBLISHED = ("customers_360", "customer_segments", "customer_tags", "tag_catalogue", "segment_names")
FACTS = (
    "int_account_transactions_daily", "int_account_spending_daily", "int_app_user_activity_daily", "int_app_user_products_daily",
    "int_app_user_cities_daily", "int_account_transactions_recent", "int_account_spending_recent", "int_account_balances_known",
    "int_customer_transactions", "int_customer_products",
)  # fmt: skip


def land_next_day(warehouse: Warehouse) -> None:
    noon = "2026-06-30 12:00:00"
    bought = {"direction": "out", "transaction_type": "card_purchase", "merchant_category": "dining"}
    paid = [transaction("T4", "A2", noon, 3, channel=None), transaction("T5", "A2", noon, 2, **bought)]
    warehouse.land("core_banking.transactions", paid, changed=True)
    warehouse.land("core_banking.balances", [{"account_no": "A1", "balance_date": NEXT, "balance": 100}], changed=True)
    again = {"event_id": "E2", "app_user_id": "U1", "occurred_at": noon, "event_name": "login"}
    warehouse.land("app.events", [again], changed=True)


def contents(warehouse: Warehouse, *, without: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    marts = (
        {f"marts.{name}" for name in PUBLISHED} | {f"intermediate.{name}" for name in FACTS} | {"vault.contacts.contact_points"}
    )
    return {name: warehouse.query(f"select * from {name} order by all") for name in sorted(marts - set(without))}


def test_the_whole_project_builds_and_every_rule_passes_its_unit_tests(first_day: tuple[Warehouse, dict[str, str]]) -> None:
    warehouse, statuses = first_day
    assert sum(status == "pass" for status in statuses.values()) > 50
    assert {name: status for name, status in statuses.items() if status not in ("success", "pass")} == {}
    segments = "select value_tier, lifecycle_stage from marts.customer_segments order by all"
    assert warehouse.query(segments) == [("basic", "activated"), ("standard_organisation", "lost"), ("wealth", "activated")]


@pytest.mark.slow  # for every change tests/ranges compare the same, on more
def test_a_day_brings_the_tables_that_a_full_refresh_brings(warehouse: Warehouse) -> None:
    land_next_day(warehouse)
    warehouse.correct("core_banking.transactions", {"transaction_id": "T1"}, {"amount": 11})
    warehouse.build(NEXT)
    by_day = contents(warehouse)
    warehouse.forget_changes()
    warehouse.build(NEXT, "--full-refresh")
    assert contents(warehouse) == by_day


def test_windows_that_are_kept_lose_a_day_when_it_leaves_them(warehouse: Warehouse) -> None:
    land_next_day(warehouse)
    columns = "account_no, transactions_90d, inflow_90d, first_own_on"
    recent = f"select {columns} from intermediate.int_account_transactions_recent order by all"
    seen = []
    for as_of in (NEXT, date(2026, 8, 29), date(2026, 8, 30)):  # the last day on which 2026-06-01 is in reach, and the next
        warehouse.build(as_of, "--select", "int_account_transactions_daily", "int_account_transactions_recent")
        warehouse.forget_changes()
        seen.append(warehouse.query(recent))
    everything = [("A1", 2, 15, date(2026, 6, 1)), ("A2", 3, 10, date(2026, 6, 1))]
    assert seen == [everything, everything, [("A2", 2, 3, NEXT)]]


def test_a_correction_moves_a_transaction_from_its_old_day_to_its_new_one(warehouse: Warehouse) -> None:
    warehouse.correct("core_banking.transactions", {"transaction_id": "T2"}, {"posted_at": "2026-05-02 09:00:00", "amount": 8})
    warehouse.build(NEXT, "--select", "int_account_transactions_daily")
    found = warehouse.query(
        "select account_no, transaction_date, inflow, transactions from intermediate.int_account_transactions_daily order by all"
    )
    assert found == [("A1", date(2026, 5, 2), 8, 1), ("A1", date(2026, 6, 1), 10, 1), ("A2", date(2026, 6, 1), 7, 1)]


def test_a_date_run_again_changes_nothing_and_each_tag_knows_since_when(warehouse: Warehouse) -> None:
    land_next_day(warehouse)
    warehouse.build(NEXT)
    log = "select business_date, tag_code, change from marts.tag_changes where tag_code = 'wealth_customer' order by all"
    once, tables = warehouse.query(log), contents(warehouse)
    assert once == [(FIRST, "wealth_customer", "entered"), (NEXT, "wealth_customer", "left")]
    assert warehouse.query("select distinct since from marts.customer_tags where tag_code = 'single_product'") == [(FIRST,)]
    warehouse.build(NEXT)
    assert warehouse.query(log) == once
    assert contents(warehouse) == tables


def test_a_tag_whose_tables_never_landed_is_carried_by_nobody_and_counted_as_unknown(warehouse: Warehouse) -> None:
    counted = "select customers, share from marts.tag_catalogue where tag_code = '{}'"
    assert warehouse.query(counted.format("contacted_recently")) == [(None, None)]
    assert warehouse.query(counted.format("elderly")) == [(0, 0.0)]
    assert warehouse.query("select count(*) from marts.customer_tags where tag_code = 'contacted_recently'") == [(0,)]
    assert warehouse.query("select distinct contacts_90d, complaints_90d, credit_score from marts.customers_360") == [
        (None, None, None)
    ]


def test_a_tag_whose_columns_never_had_a_value_is_carried_by_nobody_and_the_catalogues_name_them(warehouse: Warehouse) -> None:
    known = "select customers, state, never_landed from marts.tag_catalogue where tag_code = '{}'"
    never = "core_banking.customers.risk_level"
    assert warehouse.query(known.format("risk_level")) == [(None, "not computable", never)]
    assert warehouse.query(
        "from (select is_computable, never_landed from marts.column_catalogue where column_name = 'risk_level')"
    ) == [(False, never)]
    assert warehouse.query(known.format("gender")) == [(2, "in use", None)]
    warehouse.correct("core_banking.customers", {"customer_no": "C1"}, {"risk_level": "C2"})
    warehouse.build(FIRST)
    assert warehouse.query(known.format("risk_level")) == [(1, "in use", None)]


def test_the_vault_alone_knows_how_to_reach_a_customer(warehouse: Warehouse) -> None:
    with warehouse.open() as connection:
        connection.execute("update vault.raw.core_banking__customers set mobile = '13800000000' where customer_no = 'C1'")
    warehouse.build(FIRST, "--select", "contact_points")
    known = warehouse.query("select count(*), count(mobile) from vault.contacts.contact_points")
    assert known == [(3, 1)]
    columns = warehouse.query("select column_name from information_schema.columns where table_catalog = 'warehouse'")
    assert not {"full_name", "mobile", "email", "id_number"} & {name for (name,) in columns}


@pytest.mark.parametrize(
    ("broken", "tests"),
    [
        (
            [
                "update the_profile set deposit_balance = deposit_balance + 0.01",
                "insert into the_profile from the_profile limit 1",
            ],
            ["aum_is_the_sum_of_its_parts", "row_key_customers_360_customer_id"],
        ),
        (["update the_profile set customer_id = null"], ["row_key_customers_360_customer_id"]),
    ],
)
def test_a_broken_profile_fails_its_data_tests(warehouse: Warehouse, broken: list[str], tests: list[str]) -> None:
    with warehouse.open() as connection:
        for statement in broken:
            connection.execute(statement.replace("the_profile", "intermediate.int_customers_profiled"))
    assert warehouse.build(FIRST, "--select", *tests, checked=True) == dict.fromkeys(tests, "fail")


TODAY_TWICE = """
insert into marts.tag_changes select * replace (date '2026-06-30' as business_date) from marts.tag_changes limit 1;
insert into marts.tag_changes from marts.tag_changes where business_date = '2026-06-30';
"""
POSTED = "raw.core_banking__transactions"
DAILY = "intermediate.int_account_transactions_daily"
A_DAY_TWICE = f"insert into {DAILY} select * replace ('A2' as account_no, {{day}} as transaction_date) from {DAILY} limit 2"


@pytest.mark.parametrize(
    ("broken", "model"),
    [
        (f"insert into {POSTED} from {POSTED} where transaction_id = 'T4'", "stg_core_banking__transactions"),
        (f"update {POSTED} set transaction_id = null where transaction_id = 'T1'", "stg_core_banking__transactions"),
        (TODAY_TWICE, "tag_changes"),
        (A_DAY_TWICE.format(day="date '2026-06-30'"), "int_account_transactions_daily"),
        (A_DAY_TWICE.format(day="null"), "int_account_transactions_daily"),
    ],
)
def test_a_key_that_a_day_writes_twice_or_not_at_all_fails_its_test(warehouse: Warehouse, broken: str, model: str) -> None:
    land_next_day(warehouse)
    with warehouse.open() as connection:
        connection.execute(broken)
    checks = warehouse.build(NEXT, "--select", f"{model},test_type:generic", checked=True)
    assert list(checks.values()) == ["fail"]


def test_what_a_day_touched_is_looked_at_on_the_days_that_changed_alone(warehouse: Warehouse) -> None:
    land_next_day(warehouse)
    with warehouse.open() as connection:
        connection.execute(A_DAY_TWICE.format(day="date '2026-06-29'"))
    checks = warehouse.build(NEXT, "--select", "int_account_transactions_daily,test_type:generic", checked=True)
    assert list(checks.values()) == ["pass"]
