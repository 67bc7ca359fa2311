"""Deciding as a whole, from landed rows to lists: who is listed and who is left alone, and that it stays so."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tiny_warehouse import FIRST, Warehouse, transaction

from integrations.warehouse.decisions import freeze, show_earlier_entries

NEXT = date(2026, 6, 30)
MANY = 5_000
DECIDING = ("--select", "path:models/decisions")
PERSON = {"customer_type": "retail", "birth_date": date(1970, 1, 1), "opened_on": date(2020, 1, 1), "manager_id": "M1"}
RICH: dict[str, dict[str, Any]] = {
    "all open": {},
    "text only": {"manager_id": None},
    "task only": {},
    "all closed": {"manager_id": None},
    "company": {"customer_type": "corporate"},
    "lively": {},
}
AGREED = ("all open", "text only", "company", "lively")


def land_the_rich(warehouse: Warehouse) -> None:
    """Customers with 900,000 each, silent for 118 days except the lively one; some agreed to text messages."""
    warehouse.land("core_banking.customers", [PERSON | {"customer_no": name} | more for name, more in RICH.items()], changed=True)
    account = {"product_code": "D", "currency": "CNY", "opened_on": date(2020, 1, 1)}
    warehouse.land("core_banking.accounts", [account | {"account_no": name, "customer_no": name} for name in RICH], changed=True)
    balance = {"balance_date": FIRST, "balance": 900_000}
    warehouse.land("core_banking.balances", [balance | {"account_no": name} for name in RICH], changed=True)
    moved = {name: "2026-06-20" if name == "lively" else "2026-03-03" for name in RICH}
    rows = [transaction(f"T {name}", name, f"{on} 09:00:00", 10) for name, on in moved.items()]
    warehouse.land("core_banking.transactions", rows, changed=True)
    consent = {"purpose": "marketing", "channel": "all", "product_category": "all", "is_granted": True}
    consent["changed_at"] = "2026-01-01 00:00:00"
    warehouse.land("engagement.consents", [consent | {"customer_no": name} for name in AGREED], changed=True)


def set_holdout(warehouse: Warehouse, ratio: float, salt: str = "salt") -> None:
    with warehouse.open() as connection:
        connection.execute("update control.parameters set holdout_ratio = ?, holdout_salt = ?", [ratio, salt])


def by_number(warehouse: Warehouse, table: str, *columns: str) -> set[tuple[Any, ...]]:
    """A deciding table's rows with the customer number that the customer is known by here."""
    identities = "join identity.customer_identities i on i.customer_id = t.customer_id"
    named = (
        f"where i.record_source = 'core_banking.customers' and t.strategy_id = 'wealth_winback' and i.record_id in {tuple(RICH)}"
    )
    return set(warehouse.query(f"select i.record_id, {', '.join(columns)} from decisions.{table} t {identities} {named}"))


def control_arm(warehouse: Warehouse) -> set[str]:
    """Decides, and says who is held out."""
    warehouse.build(FIRST, *DECIDING)
    held = "select customer_id from decisions.list_entries where arm = 'control' and strategy_id = 'wealth_winback'"
    return {customer for (customer,) in warehouse.query(held)}


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory, first_day: tuple[Warehouse, dict[str, str]]) -> Warehouse:
    """The rich decided for on NEXT, nobody held out. To read, not to change."""
    built = first_day[0].copied(tmp_path_factory.mktemp("decided"))
    land_the_rich(built)
    set_holdout(built, 0)
    built.build(NEXT)
    return built


def test_whoever_drifts_away_is_listed_once_for_each_channel_that_is_open(decided: Warehouse) -> None:
    assert by_number(decided, "list_entries", "arm", "t.channel", "manager_id", "expires_on") == {
        ("all open", "treatment", "rm_task", "M1", date(2026, 7, 14)),
        ("all open", "treatment", "sms", "M1", date(2026, 7, 3)),
        ("text only", "treatment", "sms", None, date(2026, 7, 3)),
        ("task only", "treatment", "rm_task", "M1", date(2026, 7, 14)),
    }
    assert by_number(decided, "decision_trace", "outcome", "reason_code", "failed_rule") == {
        ("all open", "chosen", "in_audience", None),
        ("text only", "chosen", "in_audience_some_channels_closed", "no_manager"),
        ("task only", "chosen", "in_audience_some_channels_closed", "no_consent"),
        ("all closed", "no_open_channel", "no_consent", "no_consent"),
    }


def test_the_reason_is_a_sentence_with_the_numbers_that_decided(decided: Warehouse) -> None:
    assert by_number(decided, "list_entries", "reason") >= {
        (
            "all open",
            "Tier wealth: AUM 900000.00, at least 500000.00. Stage declining: last own transaction 119 days ago, limit 90."
            " Micro-segment wealthy_leaving: A person in the wealth or the private-banking tier whose stage is declining or lost"
            " (value_tier=wealth; lifecycle_stage=declining).",
        )
    }


def test_each_candidate_has_one_outcome_and_its_entry_stands_in_the_list(decided: Warehouse) -> None:
    candidates = decided.query("select customer_id, strategy_id from decisions.candidates order by all")
    assert len(candidates) >= 4
    assert decided.query("select customer_id, strategy_id from decisions.decision_trace order by all") == candidates
    listed = "select distinct customer_id, strategy_id, occasion_id, wave from decisions.list_entries order by all"
    traced = (
        "select customer_id, strategy_id, occasion_id, wave from decisions.decision_trace where entry_id is not null order by all"
    )
    assert decided.query(traced) == decided.query(listed)
    lost = "select count(*) from decisions.decision_trace where entry_id not in (select entry_id from decisions.list_entries)"
    assert decided.query(lost) == [(0,)]


def test_a_held_out_customer_is_listed_for_no_channel_whatever_is_open(decided: Warehouse, tmp_path: Path) -> None:
    warehouse = decided.copied(tmp_path)
    set_holdout(warehouse, 1)
    warehouse.build(NEXT, *DECIDING)
    silent = {"all open", "text only", "task only", "all closed"}
    assert by_number(warehouse, "list_entries", "arm", "t.channel", "script_id", "expires_on") == {
        (name, "control", "none", None, None) for name in silent
    }
    assert by_number(warehouse, "decision_trace", "outcome", "reason_code") == {(name, "control", "holdout") for name in silent}


def test_whoever_was_listed_cools_down_on_the_next_date_and_who_could_not_be_is_considered_again(
    decided: Warehouse, tmp_path: Path
) -> None:
    later = decided.copied(tmp_path)
    with later.open() as connection:
        freeze(connection, later.decided, NEXT)
        show_earlier_entries(connection, later.decided, before=date(2026, 7, 1))
    later.build(date(2026, 7, 1))
    assert by_number(later, "list_entries", "t.channel") == set()
    assert by_number(later, "decision_trace", "outcome", "reason_code") == {
        ("all open", "cooling_down", "decided_on_2026-06-30"),
        ("text only", "cooling_down", "decided_on_2026-06-30"),
        ("task only", "cooling_down", "decided_on_2026-06-30"),
        ("all closed", "no_open_channel", "no_consent"),
    }


def test_the_control_arm_is_near_its_share_and_changes_with_the_salt_alone(warehouse: Warehouse) -> None:
    with warehouse.open() as connection:
        connection.execute(
            "insert into intermediate.int_customers_profiled (business_date, customer_id, is_organisation, aum, manager_id)"
            f" select date '{FIRST}', 'many-' || n, false, 900000, 'M1' from range({MANY}) as numbers (n)"
        )
        connection.execute(
            "insert into intermediate.int_customers_segmented (customer_id, value_tier, lifecycle_stage, segment_reason)"
            f" select 'many-' || n, 'wealth', 'declining', 'silent' from range({MANY}) as numbers (n)"
        )
    set_holdout(warehouse, 0.1)
    arm = control_arm(warehouse)
    assert 0.08 < len(arm) / MANY < 0.12
    assert control_arm(warehouse) == arm
    set_holdout(warehouse, 0.2)
    wider = control_arm(warehouse)
    assert arm < wider
    assert 0.17 < len(wider) / MANY < 0.23
    set_holdout(warehouse, 0.1, salt="another")
    other = control_arm(warehouse)
    assert 0.08 < len(other) / MANY < 0.12
    assert len(arm & other) < 0.3 * len(arm)


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        ("insert into decisions.list_entries select * from decisions.list_entries limit 1", "row_key_list_entries_entry_id"),
        ("update decisions.list_entries set entry_id = null", "row_key_list_entries_entry_id"),
        (
            "insert into decisions.outcomes select * from decisions.outcomes limit 1",
            "row_key_outcomes_customer_id__strategy_id",
        ),
        ("update decisions.decision_trace set outcome = null", "not_null_decision_trace_outcome"),
        ("insert into decisions.actions select * from decisions.actions limit 1", "row_key_actions_strategy_id__position"),
    ],
)
def test_a_broken_decision_fails_its_data_test(decided: Warehouse, tmp_path: Path, broken: str, test: str) -> None:
    spoilt = decided.copied(tmp_path)
    with spoilt.open() as connection:
        connection.execute(broken)
    assert spoilt.build(NEXT, "--select", test, checked=True)[test] == "fail"
