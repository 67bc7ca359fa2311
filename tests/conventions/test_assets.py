"""What every asset must have, so that the graph reads left to right and somebody answers for each node."""

from __future__ import annotations

from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph

LAYERS = {
    "landing", "raw", "control", "vault", "contacts", "history", "staging", "identity", "intermediate", "marts", "decisions",
    "decided", "published", "activation", "reports",
}  # fmt: skip


@pytest.fixture(scope="module")
def graph() -> AssetGraph:
    from orchestration.definitions import defs

    found: AssetGraph = defs().resolve_asset_graph()
    return found


def lacking(graph: AssetGraph) -> dict[str, list[str]]:
    """What each asset lacks of owner, group, description and kind; a node that no run makes needs no kind."""
    found = {}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        has: dict[str, Any] = {"an owner": node.owners, "a description": (node.description or "").strip()}
        has["a group"] = node.group_name not in (None, "default")
        has["a kind"] = node.kinds or not node.is_materializable
        if missing := [what for what, there in has.items() if not there]:
            found[key.to_user_string()] = missing
    return found


def test_every_asset_has_an_owner_a_group_a_kind_and_a_description(graph: AssetGraph) -> None:
    assert len(graph.get_all_asset_keys()) > 60
    assert lacking(graph) == {}


def test_an_asset_that_lacks_something_would_be_found() -> None:
    @dg.asset
    def bare() -> None: ...

    bare_graph = dg.Definitions(assets=[bare]).resolve_asset_graph()
    assert lacking(bare_graph) == {"bare": ["an owner", "a description", "a group", "a kind"]}


def test_every_asset_key_begins_with_its_layer(graph: AssetGraph) -> None:
    strangers = {key.to_user_string() for key in graph.get_all_asset_keys() if key.path[0] not in LAYERS or len(key.path) < 2}
    assert strangers == set()


def test_every_made_asset_is_partitioned_by_business_date(graph: AssetGraph) -> None:
    made = [graph.get(key) for key in graph.materializable_asset_keys]
    assert [node.key.to_user_string() for node in made if node.partitions_def is None] == []
