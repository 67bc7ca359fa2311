"""What every model, column and tag must have, read from the manifest; and that a wrong tag entry is refused by name."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from foundation.contract import pii_column_names, published_tables
from orchestration.manifest import sources
from orchestration.tag_check import TagError, check_tags, tag_entries

Manifest = dict[str, Any]


def models(manifest: Manifest) -> dict[str, Any]:
    """Our models by name; those in decisions/ keep conventions of their own beside them."""
    nodes = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    return {node["name"]: node for node in nodes if not node["path"].startswith("decisions/")}


def test_every_model_says_what_one_row_is(manifest: Manifest) -> None:
    silent = [name for name, node in models(manifest).items() if not node["description"].startswith("One row per ")]
    assert silent == []


def test_every_model_has_a_tested_key(manifest: Manifest) -> None:
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    keyed = {test["attached_node"] for test in tests if (test.get("test_metadata") or {}).get("name") == "row_key"}
    assert [name for name, node in models(manifest).items() if node["unique_id"] not in keyed] == []


def test_every_published_column_has_a_description_and_an_enforced_type(manifest: Manifest) -> None:
    published = [node for node in models(manifest).values() if node["schema"] in ("marts", "identity")]
    assert len(published) >= 8
    for node in published:
        assert node["config"]["contract"]["enforced"], node["name"]
        assert [name for name, column in node["columns"].items() if not column["description"].strip()] == [], node["name"]


def test_published_models_begin_with_the_promised_columns_in_their_order(manifest: Manifest) -> None:
    ours = models(manifest)
    compared = [table for table in published_tables() if table.name in ours]
    assert {table.name for table in compared} >= {
        "customers_360",
        "customer_segments",
        "customer_tags",
        "tag_catalogue",
        "tag_changes",
        "customer_identities",
    }
    more = {"customer_identities": ("evidence",)}  # a table may carry more than was promised
    for table in compared:
        assert tuple(ours[table.name]["columns"]) == table.columns + more.get(table.name, ()), table.name


def test_no_source_outside_the_vault_lists_a_column_that_identifies_a_person() -> None:
    for source in sources()["sources"]:
        if source["name"] != "vault":
            named = {column["name"] for table in source["tables"] for column in table["columns"]}
            # the contract lets a column be personal in one table and plain in another
            assert not named & {"full_name", "id_number", "mobile", "email", "address", "caller_number"} & pii_column_names()


def test_every_tag_entry_is_usable_and_named_in_both_languages(manifest: Manifest) -> None:
    assert check_tags(manifest) >= 12
    assert all(entry["name_en"].isascii() and entry["name_zh"] for entry in tag_entries(manifest))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rule": "aum > 5 and shoe_size = 'aum of a giant'"}, "tag youth: its rule names 'shoe_size'"),
        ({"value": "round(shoe_size, 2)"}, "tag youth: its value names 'shoe_size'"),
        ({"evidence": ["age", "shoe_size"]}, "tag youth: its evidence names 'shoe_size'"),
        ({"inputs": ["core_banking.shoes"]}, "tag youth: its input 'core_banking.shoes' is no table"),
        ({"inputs": []}, "tag youth: it lacks inputs"),
        ({"name_zh": "Youth"}, "tag youth: its name_zh has no Chinese"),
        ({"definition": " "}, "tag youth: it lacks definition"),
        ({"colour": "red"}, "tag youth: it has 'colour'"),
        ({"sensitivity": "secret"}, "tag youth: its sensitivity is none of"),
        ({"code": "Young People"}, "tag Young People: its code is not in snake_case"),
        ({"code": "elderly"}, "tag elderly: 2 entries have this code"),
    ],
)
def test_a_tag_entry_that_cannot_be_used_is_refused_by_its_code(manifest: Manifest, change: dict[str, Any], message: str) -> None:
    broken = copy.deepcopy(manifest)
    next(entry for entry in tag_entries(broken) if entry["code"] == "youth").update(change)
    with pytest.raises(TagError, match=message):
        check_tags(broken)
