"""What every model and column must have, read from the manifest. What entries must have stands in test_entries.py."""

from __future__ import annotations

import json
import os
from typing import Any

from assets.dbt_runner import MANIFEST
from foundation.contract import pii_column_names, published_tables
from orchestration.manifest import build_manifest, sources

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
    for table in compared:  # a table may carry more than was promised
        assert tuple(ours[table.name]["columns"])[: len(table.columns)] == table.columns, table.name


def test_no_source_outside_the_vault_lists_a_column_that_identifies_a_person() -> None:
    for source in sources()["sources"]:
        if source["name"] != "vault":
            named = {column["name"] for table in source["tables"] for column in table["columns"]}
            # the contract lets a column be personal in one table and plain in another
            assert not named & {"full_name", "id_number", "mobile", "email", "address", "caller_number"} & pii_column_names()


def test_a_run_that_loads_the_project_while_it_is_parsed_reads_it_whole(manifest: Manifest) -> None:
    with MANIFEST.open(encoding="utf-8") as loading:
        begun = loading.read(1_000)
        build_manifest()
        assert os.fstat(loading.fileno()).st_ino != MANIFEST.stat().st_ino
        assert set(json.loads(begun + loading.read())["nodes"]) == set(manifest["nodes"])
