"""Every table of the landing contract is staged: a view of its own, whole but for what identifies a person, its key tested."""

from __future__ import annotations

from typing import Any

import pytest
from tiny_warehouse import Warehouse

from foundation.contract import Table, landing_table, landing_tables
from integrations.warehouse.rows import is_kept, warehouse_name

Manifest = dict[str, Any]


def keys_tested(manifest: Manifest) -> dict[str, list[str]]:
    """The columns that each model's row_key test names."""
    tests = [node for node in manifest["nodes"].values() if (node.get("test_metadata") or {}).get("name") == "row_key"]
    named = ((test["attached_node"], test["test_metadata"]["kwargs"]["columns"]) for test in tests)
    return {manifest["nodes"][node]["name"]: columns for node, columns in named}


def faults(table: Table, columns: list[str], key: list[str]) -> list[str]:
    """What a staging model with these columns and this tested key owes its table."""
    wanted = [warehouse_name(table, column.name) for column in table.columns if is_kept(table, column)]
    found = [f"lacks {name}" for name in wanted if name not in columns]
    found += [f"shows {column.name}" for column in table.pii if column.name in columns]
    if key != [warehouse_name(table, name) for name in table.key]:
        found.append(f"tests the key {key}")
    return found


def test_every_table_of_the_contract_is_staged_whole_without_personal_data_and_with_its_key_tested(
    first_day: tuple[Warehouse, dict[str, str]], manifest: Manifest
) -> None:
    listed = first_day[0].query("select table_name, column_name from information_schema.columns where table_schema = 'staging'")
    keys = keys_tested(manifest)
    for table in landing_tables():
        model = f"stg_{table.relation}"
        assert faults(table, [column for name, column in listed if name == model], keys.get(model, [])) == [], model
    assert {name for name, _ in listed} == {f"stg_{table.relation}" for table in landing_tables()}


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda columns, key: (columns[:-1], key), "lacks observed_on"),
        (lambda columns, key: ([*columns, "full_name"], key), "shows full_name"),
        (lambda columns, key: (columns, key[:-1]), "tests the key ['credit_code', 'id_number_hash']"),
        (lambda columns, _: (columns, []), "tests the key []"),
    ],
)
def test_a_staging_model_that_falls_short_is_named_with_what_it_owes(spoil: Any, fault: str) -> None:
    whole = (["credit_code", "id_number_hash", "role", "observed_on"], ["credit_code", "id_number_hash", "role"])
    assert faults(landing_table("third_party.company_people"), *whole) == []
    assert faults(landing_table("third_party.company_people"), *spoil(*whole)) == [fault]
