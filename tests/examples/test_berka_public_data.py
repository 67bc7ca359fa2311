"""The public data itself, where it is present: counts, contract and what makes it plausible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from examples.berka.convert import convert, tables
from foundation.settings import Settings


@dataclass(frozen=True)
class Converted:
    """The public data as drops."""

    rows: dict[str, int]
    drops: Any


@pytest.fixture(scope="module")
def converted(public_data: Path, tmp_path_factory: pytest.TempPathFactory, landed: Callable[[Path], Any]) -> Converted:
    landing = tmp_path_factory.mktemp("berka") / "landing"
    return Converted(convert(public_data, landing), landed(landing))


def _one(query: str) -> Any:
    with duckdb.connect() as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row if len(row) > 1 else row[0]


def test_every_row_of_the_public_data_lands(converted: Converted) -> None:
    assert converted.rows["core_banking.customers"] == 5_369
    assert converted.rows["core_banking.account_holders"] == 869
    assert converted.rows["core_banking.transactions"] == 49_102 + 30_200
    assert converted.rows["call_centre.contacts"] == 31_599 - 240
    accounts = converted.drops.relation("core_banking.accounts")
    assert _one(f"select count(distinct account_no) from {accounts}") == 4_500 + 682 + 892


@pytest.mark.parametrize("table", [table.full_name for table in tables()])
def test_the_drops_of_the_public_data_keep_the_landing_contract(converted: Converted, table: str) -> None:
    assert converted.drops.faults(table) == []


def test_days_after_the_first_have_drops_of_their_own(converted: Converted) -> None:
    for table in ("core_banking.transactions", "core_banking.balances", "core_banking.accounts", "call_centre.contacts"):
        folders = {row[0] for row in converted.drops.rows(table, "distinct folder")}
        assert len(folders) > 1, table
    assert len({row[0] for row in converted.drops.rows("call_centre.contacts", "distinct folder")}) == 29


def test_every_reference_inside_the_bank_resolves(converted: Converted) -> None:
    drops = converted.drops
    for child, column, parent in (
        ("core_banking.accounts", "customer_no", "core_banking.customers"),
        ("core_banking.accounts", "product_code", "core_banking.products"),
        ("core_banking.balances", "account_no", "core_banking.accounts"),
        ("core_banking.transactions", "account_no", "core_banking.accounts"),
        ("core_banking.account_holders", "customer_no", "core_banking.customers"),
    ):
        lost = _one(f"select count(*) from {drops.relation(child)} anti join {drops.relation(parent)} using ({column})")
        assert lost == 0, (child, column)


def test_no_caller_is_taken_for_a_client(converted: Converted) -> None:
    calls, clients = converted.drops.relation("call_centre.contacts"), converted.drops.relation("core_banking.customers")
    assert _one(f"select count(*) from {calls} where customer_no is not null") > 13_000
    assert _one(f"select count(*) from {calls} semi join {clients} using (customer_no)") == 0


def test_one_days_balance_follows_from_the_day_before_and_the_days_entries(converted: Converted) -> None:
    balances, entries = converted.drops.relation("core_banking.balances"), converted.drops.relation("core_banking.transactions")
    wrong, days = _one(
        f"""
        with day as (
            select
                account_no,
                cast(posted_at as date) as balance_date,
                sum(case direction when 'in' then amount else -amount end) as moved
            from {entries} group by 1, 2
        ),
        step as (
            select d.moved, b.balance - lag(b.balance, 1, 0) over (partition by account_no order by balance_date) as changed
            from day as d inner join {balances} as b using (account_no, balance_date)
        )
        select count_if(abs(changed - moved) > 1), count(*) from step
        """
    )
    # the source rounds, and a handful of its accounts contradict themselves
    assert days == 63_399
    assert wrong / days < 0.001


def test_every_purpose_and_operation_has_a_type_of_its_own(converted: Converted) -> None:
    entries = converted.drops.relation("core_banking.transactions")
    assert _one(f"select count(*) from {entries} where transaction_type = 'other' or channel is null") == 0


def test_the_banks_tiers_all_have_people(converted: Converted, berka_settings: Settings) -> None:
    balances = converted.drops.relation("core_banking.balances")
    private, wealth = berka_settings.tier_private_banking_aum, berka_settings.tier_wealth_aum
    people = _one(
        f"""
        with newest as (
            select arg_max(balance, balance_date) as balance
            from {balances}
            where account_no like 'account-%'
            group by account_no
        )
        select
            count_if(balance >= {private}),
            count_if(balance >= {wealth} and balance < {private}),
            count_if(balance < {berka_settings.tier_basic_aum})
        from newest
        """
    )
    assert people == (25, 332, 48)
