"""A tiny warehouse, as the step before dbt leaves it, and dbt run on it in-process.

Belongs here: making the files and running dbt. Not here: what the models must do (the tests beside this, and the unit
tests in dbt_project/models).
"""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from assets.dbt_runner import MANIFEST, PROJECT
from assets.identity import model_in_use
from assets.rule_inputs import named_inputs
from clustering.model import SHIPPED, load
from clustering.tables import write_clusters
from foundation.contract import landing_table, landing_tables
from foundation.settings import Settings
from identity import history
from identity.resolve import Bounds, resolve
from identity.rulebook import rulebook
from integrations.warehouse.apply import prepare
from integrations.warehouse.control import parameters_of
from integrations.warehouse.decisions import show_earlier_entries, show_earlier_messages
from integrations.warehouse.history import show_earlier_tags
from integrations.warehouse.inputs import write_inputs
from integrations.warehouse.vault import VAULTED, vault_columns
from orchestration.manifest import (
    CONTROL_TABLES,
    load_manifest,
    warehouse_columns,
)

FIRST = date(2026, 6, 29)


class Warehouse:
    """The two database files of one test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # DuckDB names a database after its file, and the manifest was parsed under this name.
        self.file, self.vault = folder / "warehouse.duckdb", folder / "vault.duckdb"
        self.decided = folder / "decisions"

    @classmethod
    def create(cls, folder: Path) -> Warehouse:
        """Every table there, nothing landed."""
        created = cls(folder)
        with created.open() as connection:
            prepare(connection, landing_tables())
            for name, (_, columns) in CONTROL_TABLES.items():
                _create(connection, f"control.{name}", columns)
            _insert(connection, "control.parameters", [parameters_of(Settings())])
            landed = "insert into control.source_tables values (?, ?, false, null)"
            connection.executemany(landed, [[table.source, table.name] for table in landing_tables()])
            write_clusters(connection, load(SHIPPED))
            show_earlier_entries(connection, created.decided, before=FIRST)
            show_earlier_messages(connection, created.decided, before=FIRST, operations={})
            connection.execute("drop table control.earlier_tags")  # a view, once there is a log
        return created

    def copied(self, folder: Path) -> Warehouse:
        """The same state in a folder of its own."""
        for file in (self.file, self.vault):
            shutil.copy(file, folder)
        return Warehouse(folder)

    def open(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(str(self.file))
        connection.execute(f"attach '{self.vault}' as vault")
        return connection

    def land(self, full_name: str, rows: list[dict[str, Any]], *, changed: bool = False) -> None:
        """Put rows into raw, as new when `changed`: then their images stand in `changes` too."""
        table = landing_table(full_name)
        with self.open() as connection:
            known = [{column: value for column, value in row.items() if column in warehouse_columns(table)} for row in rows]
            _insert(connection, f"raw.{table.relation}", [{"_landed_on": FIRST} | row for row in known])
            connection.execute("update control.changing set applied = applied + 1")
            if changed:
                _insert(connection, f"changes.{table.relation}", known)
            else:
                connection.execute("update control.changing set forgotten = applied")
            if table.full_name in VAULTED:
                in_vault = [{column: row[column] for column in vault_columns(table) if column in row} for row in rows]
                _insert(connection, f"vault.raw.{table.relation}", in_vault)
            connection.execute(
                "update control.source_tables set has_landed = true where source = ? and table_name = ?",
                [table.source, table.name],
            )

    def correct(self, full_name: str, key: dict[str, Any], values: dict[str, Any]) -> None:
        """Change one row of raw and leave its images of before and after in `changes`."""
        relation = landing_table(full_name).relation
        where = " and ".join(f"{column} = ?" for column in key)
        image = f"insert into changes.{relation} select * from raw.{relation} where {where}"
        with self.open() as connection:
            connection.execute("update control.changing set applied = applied + 1")
            connection.execute(image, list(key.values()))
            changes = ", ".join(f"{column} = ?" for column in values)
            connection.execute(f"update raw.{relation} set {changes} where {where}", [*values.values(), *key.values()])
            connection.execute(image, list(key.values()))

    def forget_changes(self) -> None:
        with self.open() as connection:
            for table in landing_tables():
                connection.execute(f"delete from changes.{table.relation}")
            connection.execute("update control.changing set forgotten = applied")

    def build(self, as_of: date, *options: str, checked: bool = False) -> dict[str, str]:
        """Run dbt for one date, with its tests when `checked`; the status of every node by its name, failed ones too."""
        with self.open() as connection:
            connection.execute("delete from control.run")
            before = max((on for on in history.dates(self.folder / "identity") if on < as_of), default=None)
            connection.execute("insert into control.run values (?, 'CNY', ?)", [as_of, before])
            show_earlier_tags(connection, before=as_of)
            write_inputs(connection, named_inputs(json.loads(MANIFEST.read_text(encoding="utf-8"))))
            self._resolve(connection, as_of)
        project = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(self.folder / "target")]
        quiet = ["--log-level", "none", "--log-level-file", "none", "--no-write-json"]
        without = [] if checked else ["--exclude-resource-type", "unit_test", "test"]
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("C360_WAREHOUSE", str(self.file))
            environment.setenv("C360_VAULT", str(self.vault))
            outcome = dbtRunner(manifest=load_manifest()).invoke([*quiet, "build", *project, *without, *options])
        DuckDBConnectionManager.close_all_connections()  # it would hold the files until the process ends
        assert outcome.exception is None, outcome.exception
        return {result.node.name: str(result.status) for result in outcome.result.results}  # type: ignore[union-attr]

    def _resolve(self, connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
        folder = self.folder / "identity"
        resolve(
            connection, on=as_of, folder=folder, counted=history.dates(folder), landings={}, rules=rulebook(),
            model=model_in_use(Settings()), bounds=Bounds.of(Settings()),
        )  # fmt: skip

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with self.open() as connection:
            return connection.execute(sql).fetchall()


def _create(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str]) -> None:
    connection.execute(f"create table {name} ({', '.join(f'{column} {kind}' for column, kind in columns.items())})")


def _insert(connection: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        marks = ", ".join("?" for _ in row)
        connection.execute(f"insert into {name} ({', '.join(row)}) values ({marks})", list(row.values()))


def transaction(number: str, account: str, posted: str, amount: int, **more: Any) -> dict[str, Any]:
    row = {"transaction_id": number, "account_no": account, "posted_at": posted, "direction": "in", "amount": amount}
    return row | {"transaction_type": "transfer", "channel": "mobile"} | more


def open_bank(warehouse: Warehouse) -> None:
    """Two persons and a company, as landed up to FIRST."""
    person = {"customer_type": "retail", "gender": "F", "birth_date": date(1980, 1, 1), "opened_on": date(2020, 1, 1)}
    company = {"customer_no": "C3", "customer_type": "corporate", "opened_on": date(2020, 1, 1)}
    warehouse.land("core_banking.customers", [person | {"customer_no": "C1"}, person | {"customer_no": "C2"}, company])
    warehouse.land("core_banking.products", [{"product_code": "D", "product_name": "Demand", "category": "demand_deposit"}])
    account = {"product_code": "D", "currency": "CNY", "opened_on": date(2020, 1, 1)}
    warehouse.land("core_banking.accounts", [account | {"account_no": f"A{n}", "customer_no": f"C{n}"} for n in (1, 2, 3)])
    warehouse.land("core_banking.balances", [{"account_no": "A1", "balance_date": FIRST, "balance": 600_000}])
    posted = "2026-06-01 10:00:00"
    rows = [transaction("T1", "A1", posted, 10), transaction("T2", "A1", posted, 5), transaction("T3", "A2", posted, 7)]
    warehouse.land("core_banking.transactions", rows)
    warehouse.land("app.users", [{"app_user_id": "U1", "customer_no": "C1", "registered_at": posted}])
    login = {"event_id": "E1", "app_user_id": "U1", "occurred_at": posted, "event_name": "login"}
    warehouse.land("app.events", [login])
