"""How a model's table or view takes the place of the one that stands, in a project of one model that has our macro."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from assets.dbt_runner import PROJECT

MACROS = PROJECT / "macros" / "materializations.sql"
PROFILE = "small: {target: here, outputs: {here: {type: duckdb, path: %s, threads: 1}}}"
PROMISE = """
models:
  - name: counted
    config: {{materialized: table, contract: {{enforced: true}}}}
    columns: [{{name: id, data_type: integer{constraint}}}, {{name: word, data_type: varchar}}]
"""
Build = Callable[[str], list[str]]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Builds the one model `counted` of the SQL given; the messages of what failed."""
    (tmp_path / "models").mkdir()
    (tmp_path / "macros").mkdir()
    shutil.copy(MACROS, tmp_path / "macros")
    (tmp_path / "dbt_project.yml").write_text("{name: small, version: '1.0', config-version: 2, profile: small}")
    (tmp_path / "profiles.yml").write_text(PROFILE % (tmp_path / "small.duckdb"))

    def run(sql: str) -> list[str]:
        (tmp_path / "models" / "counted.sql").write_text(sql)
        places = ["--project-dir", str(tmp_path), "--profiles-dir", str(tmp_path)]
        told = ["--quiet", "--log-level", "none", "--log-level-file", "none"]
        try:
            outcome = dbtRunner().invoke([*told, "run", *places])
        finally:
            DuckDBConnectionManager.close_all_connections()
        return [str(each.message) for each in outcome.result.results if str(each.status) == "error"]

    return run


def standing(tmp_path: Path) -> tuple[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(tmp_path / "small.duckdb")) as connection:
        [(kind,)] = connection.execute("select table_type from information_schema.tables where table_name = 'counted'").fetchall()
        return kind, connection.execute("from counted order by all").fetchall()


def test_it_takes_the_place_of_a_table_and_of_a_view_and_may_read_what_stands(build: Build, tmp_path: Path) -> None:
    table, view = "{{ config(materialized='table') }}", "{{ config(materialized='view') }}"
    assert build(f"{table} select 1 as id") == []
    assert build(f"{table} select id + 1 as id from {{{{ this }}}}") == []
    assert standing(tmp_path) == ("BASE TABLE", [(2,)])
    assert build(f"{view} select 3 as id") == []
    assert standing(tmp_path) == ("VIEW", [(3,)])
    assert build(f"{table} select 4 as id") == []
    assert standing(tmp_path) == ("BASE TABLE", [(4,)])


def test_what_fails_leaves_what_stands(build: Build, tmp_path: Path) -> None:
    assert build("{{ config(materialized='table') }} select 1 as id") == []
    [message] = build("{{ config(materialized='table') }} select cast('no number' as integer) as id")
    assert "Conversion Error" in message
    assert standing(tmp_path) == ("BASE TABLE", [(1,)])


def test_a_contract_holds_and_gives_the_order_of_columns(build: Build, tmp_path: Path) -> None:
    (tmp_path / "models" / "promised.yml").write_text(PROMISE.format(constraint=""))
    assert build("select 'a' as word, 1 as id") == []
    assert standing(tmp_path) == ("BASE TABLE", [(1, "a")])
    [message] = build("select 'a' as word, 'one' as id")
    assert "contract" in message
    assert standing(tmp_path) == ("BASE TABLE", [(1, "a")])


def test_a_constraint_that_would_be_lost_is_refused(build: Build, tmp_path: Path) -> None:
    (tmp_path / "models" / "promised.yml").write_text(PROMISE.format(constraint=", constraints: [{type: not_null}]"))
    [message] = build("select 'a' as word, 1 as id")
    assert "constraints are not kept here: say it as a data test of counted" in message


LOST = ["indexes=[{'columns': ['id']}]", "sql_header='select 1;'", "persist_docs={'relation': true}"]


@pytest.mark.parametrize("setting", LOST)
def test_a_setting_that_would_be_lost_is_refused(build: Build, setting: str) -> None:
    [message] = build(f"{{{{ config(materialized='table', {setting}) }}}} select 1 as id")
    assert f"{setting.split('=')[0]} is not kept here: take it out of counted" in message
