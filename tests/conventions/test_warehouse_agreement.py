"""What dbt is told of the warehouse is what the steps before dbt put there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from clustering.model import SHIPPED, load
from clustering.tables import write_clusters
from foundation.contract import landing_tables
from foundation.settings import Settings
from integrations.warehouse.apply import prepare
from integrations.warehouse.connection import warehouse
from integrations.warehouse.control import BatchHealth, write_control
from integrations.warehouse.decisions import show_earlier_entries, show_earlier_messages
from integrations.warehouse.history import show_earlier_tags
from integrations.warehouse.inputs import write_inputs
from integrations.warehouse.vault import VAULTED, vault_columns
from orchestration.manifest import CONTROL_TABLES, warehouse_columns

ON = date(2026, 6, 30)
TABLES = landing_tables()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse as it stands before dbt runs for the first time."""
    folder: Path = tmp_path_factory.mktemp("prepared")
    health = [BatchHealth(ON, TABLES[0].source, TABLES[0].name, 3, 2, 1, "open", None)]
    with warehouse(folder / "warehouse.duckdb", folder / "vault.duckdb") as connection:
        prepare(connection, TABLES)
        write_control(connection, as_of=ON, settings=Settings(base_currency="CNY"), tables=TABLES, health=health)
        write_inputs(connection, ["core_banking.customers"])
        write_clusters(connection, load(SHIPPED))
        show_earlier_entries(connection, folder / "decisions", before=ON)
        show_earlier_messages(connection, folder / "decisions", before=ON, operations={})
        show_earlier_tags(connection, before=ON)
        yield connection


def described(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    return {row[0]: row[1].lower() for row in connection.execute(f"describe {relation}").fetchall()}


@pytest.mark.parametrize("table", CONTROL_TABLES)
def test_a_control_table_has_the_columns_that_dbt_expects(prepared: duckdb.DuckDBPyConnection, table: str) -> None:
    assert described(prepared, f"control.{table}") == CONTROL_TABLES[table][1]


def test_control_tables_carry_what_they_were_given(prepared: duckdb.DuckDBPyConnection) -> None:
    assert prepared.execute("select as_of_date, base_currency from control.run").fetchall() == [(ON, "CNY")]
    assert prepared.execute("select count(*) from control.parameters").fetchall() == [(1,)]
    landed = "select source, table_name, last_landed_on from control.source_tables where has_landed"
    assert prepared.execute(landed).fetchall() == [(TABLES[0].source, TABLES[0].name, ON)]
    assert prepared.execute("select rows_landed, rows_accepted, gate, worst_failure from control.batches").fetchall() == [
        (3, 2, "open", None)
    ]


def test_every_landing_table_has_the_columns_that_dbt_expects(prepared: duckdb.DuckDBPyConnection) -> None:
    for table in TABLES:
        for schema in ("raw", "changes"):
            there = described(prepared, f"{schema}.{table.relation}")
            assert warehouse_columns(table).items() <= there.items(), f"{schema}.{table.relation}"


def test_no_column_that_identifies_a_person_stands_in_the_warehouse(prepared: duckdb.DuckDBPyConnection) -> None:
    for table in TABLES:
        personal = {column.name for column in table.pii}
        for schema in ("raw", "changes"):
            assert not personal & set(described(prepared, f"{schema}.{table.relation}")), table.full_name


def test_the_vault_holds_the_tables_that_dbt_expects_and_no_other(prepared: duckdb.DuckDBPyConnection) -> None:
    listed = "select table_name from duckdb_tables() where database_name = 'vault' and schema_name = 'raw'"
    there = {name for (name,) in prepared.execute(listed).fetchall()}
    vaulted = {table.relation: table for table in TABLES if table.full_name in VAULTED}
    assert there == set(vaulted)
    for relation, table in vaulted.items():
        assert described(prepared, f"vault.raw.{relation}") == vault_columns(table), relation


def test_the_entries_that_rules_look_back_on_are_there_before_anything_was_decided(prepared: duckdb.DuckDBPyConnection) -> None:
    there = described(prepared, "control.earlier_entries")
    assert {"business_date", "strategy_id", "customer_id", "arm"} <= set(there)
    assert prepared.execute("select count(*) from control.earlier_entries").fetchall() == [(0,)]
