"""What every deciding model must have, and that a wrong strategy entry is refused by name."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from foundation.contract import published_tables
from orchestration.strategy_check import STRATEGIES, StrategyError, check_strategies, strategy_entries

Manifest = dict[str, Any]


def deciding(manifest: Manifest) -> dict[str, Any]:
    nodes = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    return {node["name"]: node for node in nodes if node["path"].startswith("decisions/")}


def test_every_deciding_model_says_what_one_row_is_and_has_a_tested_key(manifest: Manifest) -> None:
    models = deciding(manifest)
    assert len(models) >= 7
    assert [name for name, node in models.items() if not node["description"].startswith("One row per ")] == []
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    keyed = {test["attached_node"] for test in tests if (test.get("test_metadata") or {}).get("name") == "row_key"}
    assert [name for name, node in models.items() if node["unique_id"] not in keyed] == []


def test_every_deciding_model_has_a_unit_test(manifest: Manifest) -> None:
    tested = {test["model"] for test in manifest["unit_tests"].values()}
    assert set(deciding(manifest)) - tested == set()


def test_lists_and_traces_have_the_promised_columns_first_and_all_described_and_typed(manifest: Manifest) -> None:
    promised = {table.name: table.columns for table in published_tables()}
    for name in ("list_entries", "decision_trace"):
        node = deciding(manifest)[name]
        assert node["config"]["contract"]["enforced"], name
        assert tuple(node["columns"])[: len(promised[name])] == promised[name]
        assert all(column["description"].strip() for column in node["columns"].values()), name


def test_every_strategy_is_whole_and_named_in_both_languages(manifest: Manifest) -> None:
    assert check_strategies(manifest) >= 1


def only_strategies(manifest: Manifest) -> Manifest:
    """The manifest with strategies to be changed; all else is shared with it."""
    return {"nodes": manifest["nodes"] | {STRATEGIES: copy.deepcopy(manifest["nodes"][STRATEGIES])}}


def changed(manifest: Manifest, change: dict[str, Any]) -> Manifest:
    broken = only_strategies(manifest)
    strategy_entries(broken)[0].update(change)
    return broken


NO_COLUMN = 'does not compile: Binder Error: Referenced column "shoe_size" not found'
CALL = {"channel": "rm_task", "script_id": "call", "product_category": "all", "expires_after_days": 14}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"strategy_id": "Win Back"}, "strategy Win Back: its strategy_id is not in snake_case"),
        ({"strategy_id": None}, r"strategy \?: it lacks strategy_id"),
        ({"version": "1"}, "strategy wealth_winback: its version is no whole number of at least 1"),
        ({"version": True}, "strategy wealth_winback: its version is no whole number of at least 1"),
        ({"version": 0}, "strategy wealth_winback: its version is no whole number of at least 1"),
        ({"priority": None}, "strategy wealth_winback: its priority is no whole number of at least 0"),
        ({"cooldown_days": -1}, "strategy wealth_winback: its cooldown_days is no whole number of at least 0"),
        ({"name_en": " "}, "strategy wealth_winback: it lacks name_en"),
        ({"name_zh": "Win back"}, "strategy wealth_winback: its name_zh has no Chinese in it"),
        ({"objective": ""}, "strategy wealth_winback: it lacks objective"),
        ({"owner": None}, "strategy wealth_winback: it lacks owner"),
        ({"audience": "shoe_size > 40"}, f"strategy wealth_winback: its audience {NO_COLUMN}"),
        ({"audience": "aum"}, r"strategy wealth_winback: its audience is of type DECIMAL\(18,2\), not true or false"),
        ({"audience": "aum >"}, "strategy wealth_winback: its audience does not compile: Parser Error"),
        ({"audience": "accounts.aum > 40"}, 'its audience does not compile: Binder Error: Referenced table "accounts" not found'),
        ({"score": "shoe_size"}, f"strategy wealth_winback: its score {NO_COLUMN}"),
        ({"reason": "'aum ' || shoe_size"}, f"strategy wealth_winback: its reason {NO_COLUMN}"),
        ({"values_used": ["aum", "shoe_size"]}, f"strategy wealth_winback: its values_used {NO_COLUMN}"),
        ({"values_used": []}, "strategy wealth_winback: it lacks values_used"),
        ({"min_entries": 5, "max_entries": 4}, "strategy wealth_winback: its min_entries is above its max_entries"),
        ({"actions": []}, "strategy wealth_winback: it lacks actions"),
        ({"actions": [CALL | {"channel": "pigeon"}]}, "strategy wealth_winback: its action 1 goes through 'pigeon'"),
        ({"actions": [CALL, CALL]}, "strategy wealth_winback: 2 of its actions go through 'rm_task'"),
        ({"actions": [CALL | {"script_id": ""}]}, "strategy wealth_winback: its action 1 lacks script_id"),
        ({"actions": [CALL | {"expires_after_days": -1}]}, "action 1 has an expires_after_days that is no whole number"),
        ({"actions": [CALL | {"colour": "red"}]}, "strategy wealth_winback: its action 1 has 'colour', which no action has"),
        ({"colour": "red"}, "strategy wealth_winback: it has 'colour', which no entry has"),
    ],
)
def test_a_strategy_entry_that_cannot_be_used_is_refused_by_its_code(
    manifest: Manifest, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(StrategyError, match=message):
        check_strategies(changed(manifest, change))


@pytest.mark.parametrize(
    "change",
    [
        {"min_entries": 4, "max_entries": 4},
        {"cooldown_days": 0},
        {"actions": [CALL | {"expires_after_days": 0}]},
        {"audience": "value_tier = 'shoe_size' and lifecycle_stage is not null and segment_reason like '%''s%'"},
        {"score": "CASE WHEN AUM > 1 THEN 1.0 ELSE coalesce(age, 0) END"},
        {"owner": "Ann's team"},
    ],
)
def test_a_strategy_at_its_boundaries_is_usable(manifest: Manifest, change: dict[str, Any]) -> None:
    assert check_strategies(changed(manifest, change)) >= 1


def test_two_strategies_of_one_code_are_refused(manifest: Manifest) -> None:
    broken = only_strategies(manifest)
    entries = strategy_entries(broken)
    entries.append(copy.deepcopy(entries[0]))
    with pytest.raises(StrategyError, match="strategy wealth_winback: 2 entries have this code"):
        check_strategies(broken)
