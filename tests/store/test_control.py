"""What a run tells dbt, in tables of schema `control`."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import pytest

from foundation.contract import landing_tables
from foundation.settings import Settings
from integrations.warehouse.apply import is_rebuild_pending
from integrations.warehouse.control import BatchHealth, write_control

MONDAY = date(2026, 1, 5)
CUSTOMERS = ("core_banking", "customers")


def health(on: date, gate: str = "open", table: tuple[str, str] = CUSTOMERS, worst: str | None = None) -> BatchHealth:
    return BatchHealth(on, *table, rows_landed=3, rows_accepted=2, rows_quarantined=1, gate=gate, worst_failure=worst)


@pytest.fixture
def write(connection):
    connection.execute("create schema control")

    def written(*batches: BatchHealth, as_of: date = MONDAY, previous: date | None = None, **given: object) -> None:
        write_control(
            connection, as_of=as_of, settings=Settings(_env_file=None, **given), tables=landing_tables(),
            health=batches, previous=previous,
        )  # fmt: skip

    return written


def test_the_run_has_one_row(connection, write):
    write(base_currency="CZK")
    assert connection.execute("from control.run").fetchall() == [(MONDAY, "CZK", None)]
    write(as_of=MONDAY + timedelta(days=1))
    assert connection.execute("from control.run").fetchall() == [(MONDAY + timedelta(days=1), "CNY", None)]
    write(as_of=MONDAY + timedelta(days=1), previous=MONDAY)
    assert connection.execute("select previous_date from control.run").fetchall() == [(MONDAY,)]


def test_the_parameters_are_the_settings_in_types_that_rules_compare_with(connection, write):
    write(tier_wealth_aum="500000.01", holdout_ratio=0.25, holdout_salt="secret", stage_lost_days=7)
    row = connection.execute("select tier_wealth_aum, holdout_ratio, holdout_salt, stage_lost_days from control.parameters")
    assert row.fetchall() == [(Decimal("500000.01"), 0.25, "secret", 7)]
    types = dict(connection.execute("select column_name, column_type from (describe control.parameters)").fetchall())
    assert (types.pop("holdout_salt"), types.pop("holdout_ratio"), types.pop("tier_basic_aum")) == (
        "VARCHAR", "DOUBLE", "DECIMAL(18,2)",
    )  # fmt: skip
    assert connection.execute("select count(*) from control.parameters").fetchone() == (1,)


@pytest.mark.parametrize(
    ("changed", "stale"),
    [({"home_country": "HK"}, True), ({"own_bank_names": "a"}, True), ({"spender_purchases": 9}, False), ({}, False)],
)
def test_a_setting_that_facts_were_counted_by_demands_a_rebuild_when_it_changes(connection, write, changed, stale):
    connection.execute("create table control.pending (is_rebuild boolean)")
    write(own_bank_names="a; b ;")
    assert not is_rebuild_pending(connection)
    write(**{"own_bank_names": "a;b"} | changed)
    assert is_rebuild_pending(connection) == stale


def test_facts_counted_before_there_was_such_a_setting_are_stale(connection, write):
    connection.execute("create table control.pending (is_rebuild boolean)")
    connection.execute("create table control.parameters as select 7 as stage_lost_days")
    write()
    assert is_rebuild_pending(connection)


def test_a_table_has_landed_when_an_open_batch_of_it_has_up_to_the_date(connection, write):
    before, after = MONDAY - timedelta(days=1), MONDAY + timedelta(days=1)
    write(
        health(before), health(MONDAY, "closed"), health(after),
        health(before, "closed", ("app", "users")), health(MONDAY, "missing", ("app", "events")),
        health(after, "open", ("engagement", "consents")), health(MONDAY, "open", ("core_banking", "accounts")),
        health(before, "open", ("core_banking", "accounts")),
    )  # fmt: skip
    rows = connection.execute("from control.source_tables").fetchall()
    assert [row[:2] for row in rows] == [(table.source, table.name) for table in landing_tables()]
    assert {row[:2]: row[3] for row in rows if row[2]} == {CUSTOMERS: before, ("core_banking", "accounts"): MONDAY}
    assert {row[3] for row in rows if not row[2]} == {None}


def test_the_health_of_every_batch_up_to_the_date_is_told(connection, write):
    known = [health(MONDAY, "closed", worst="key_is_unique: 键 (2 rows)"), health(MONDAY - timedelta(days=1))]
    write(*known, health(MONDAY + timedelta(days=1)))
    assert connection.execute("from control.batches").fetchall() == [astuple(batch) for batch in known]
    write()
    assert connection.execute("from control.batches").fetchall() == []


def test_a_long_history_is_one_insert(connection, write):
    write(*[health(MONDAY - timedelta(days=number)) for number in range(20_000)])
    assert connection.execute("select count(*), count(distinct business_date) from control.batches").fetchone() == (
        20_000,
        20_000,
    )


def test_what_cannot_be_written_leaves_everything_as_it_was(connection, write):
    write(health(MONDAY))
    broken = BatchHealth(MONDAY, *CUSTOMERS, 3, 2, 1, gate="open", worst_failure=None)
    object.__setattr__(broken, "rows_landed", "many")
    with pytest.raises(duckdb.Error, match="many"):
        write(broken, as_of=MONDAY + timedelta(days=1))
    connection.rollback()
    assert connection.execute("select as_of_date from control.run").fetchall() == [(MONDAY,)]
