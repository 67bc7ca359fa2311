"""Tags, micro-segments, scores and moments: the reviewed entries can be used, and one that cannot is refused by its name."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from orchestration.compiling import MODEL
from orchestration.entry_check import KINDS, EntryError, check_entries, entries_of, kind_named

Manifest = dict[str, Any]


# of the long lists, which take a while to try: those changed here, and one that stays as it is
KEPT = {"tag": ("youth", "elderly"), "moment": ("large_inflow", "salary_arrived")}


def only_entries(manifest: Manifest) -> Manifest:
    """As much of the manifest as these tests need, its entries to be changed."""
    nodes = dict(manifest["nodes"])
    for kind in KINDS:
        node = nodes[MODEL + kind.model] = copy.deepcopy(nodes[MODEL + kind.model])
        entries = node["config"]["meta"][kind.entries]
        node["config"]["meta"][kind.entries] = [
            entry for entry in entries if entry[kind.code] in KEPT.get(kind.name, entry.values())
        ]
    return {"nodes": nodes}


def changed(manifest: Manifest, kind: str, code: str, change: dict[str, Any]) -> Manifest:
    broken, of_kind = only_entries(manifest), kind_named(kind)
    next(entry for entry in entries_of(broken, of_kind) if entry[of_kind.code] == code).update(change)
    return broken


def refused(manifest: Manifest) -> str:
    with pytest.raises(EntryError) as told:
        check_entries(manifest)
    return str(told.value)


def test_every_entry_is_usable_and_named_in_both_languages(manifest: Manifest) -> None:
    counted = check_entries(manifest)
    assert counted.keys() == {kind.name for kind in KINDS}
    assert counted["tag"] >= 100 and counted["micro-segment"] >= 20 and counted["moment"] >= 20
    for kind in ("tag", "micro-segment", "moment"):
        assert all(entry["name_en"].isascii() and entry["name_zh"] for entry in entries_of(manifest, kind_named(kind)))


NO_COLUMN = 'does not compile: Binder Error: Referenced column "shoe_size" not found'
ONE_ROW = "an entry speaks of one row: name its columns"
TAGS = [
    ({"rule": "aum > 5 and shoe_size = 'aum of a giant'"}, f"tag youth: its rule {NO_COLUMN}"),
    ({"rule": "age +"}, "tag youth: its rule does not compile: Parser Error"),
    ({"rule": "age"}, "tag youth: its rule is of type INTEGER, not true or false"),
    ({"rule": "max(aum) > 100"}, f"tag youth: its rule has max(), which is over rows; {ONE_ROW}"),
    ({"rule": "sum(aum) over () > 3"}, f"tag youth: its rule has a window function; {ONE_ROW}"),
    ({"rule": "exists (select 1)"}, f"tag youth: its rule has a subquery; {ONE_ROW}"),
    ({"rule": "age in (select 5)"}, f"tag youth: its rule has a subquery; {ONE_ROW}"),
    ({"rule": "columns('ag.') > 5"}, f"tag youth: its rule has a star; {ONE_ROW}"),
    ({"rule": "unnest([age]) > 5"}, f"tag youth: its rule has unnest(), which is over rows; {ONE_ROW}"),
    ({"value": "count(*)"}, f"tag youth: its value has count_star(), which is over rows; {ONE_ROW}"),
    ({"rule": "tag.age > 5"}, 'tag youth: its rule does not compile: Binder Error: Referenced table "tag" not found'),
    ({"rule": "age > 5) or (age < 3"}, "tag youth: its rule does not compile: Parser Error"),
    ({"rule": "age > 5 -- years"}, "tag youth: its rule does not compile: Parser Error"),
    ({"rule": "1 = 1", "value": "'aum'"}, "tag youth: it names no column that comes from what landed; name one, or"),
    ({"value": "round(shoe_size, 2)"}, f"tag youth: its value {NO_COLUMN}"),
    ({"evidence": ["age", "shoe_size"]}, f"tag youth: its evidence shoe_size {NO_COLUMN}"),
    ({"inputs": ["core_banking.shoes"]}, "tag youth: its input 'core_banking.shoes' is of no table of the landing contract"),
    ({"name_zh": "Youth"}, "tag youth: its name_zh has no Chinese in it"),
    ({"definition": " "}, "tag youth: it lacks definition"),
    ({"owner": None}, "tag youth: it lacks owner"),
    ({"rule": True}, "tag youth: it lacks rule"),
    ({"colour": "red"}, "tag youth: it has 'colour', which no entry has"),
    ({"sensitivity": "secret"}, "tag youth: its sensitivity is none of internal, personal, sensitive"),
    ({"category": "cluster"}, "tag youth: its category is none of who, holds"),
    ({"code": "Young People"}, "tag Young People: its code is not in snake_case"),
    ({"code": "elderly"}, "tag elderly: 2 entries have this code; each stands once"),
]
SEGMENTS = [
    ({"rule": "shoe_size > 5"}, f"micro-segment chain_leader: its rule {NO_COLUMN}"),
    ({"rule": "suppliers_here"}, "micro-segment chain_leader: its rule is of type BIGINT, not true or false"),
    ({"rule": "micro_segment = 'rest'"}, "micro-segment chain_leader: its rule does not compile"),
    ({"evidence": ["shoe_size"]}, f"micro-segment chain_leader: its evidence shoe_size {NO_COLUMN}"),
    ({"name_en": ""}, "micro-segment chain_leader: it lacks name_en"),
    ({"owner": "corporate"}, "micro-segment chain_leader: it has 'owner', which no entry has"),
    ({"code": "chain_member"}, "micro-segment chain_member: 2 entries have this code"),
]
SCORES = [
    ({"share": "shoe_size / 40"}, f"score assets: its share {NO_COLUMN}"),
    ({"dimension": "beauty"}, "score assets: its dimension is none of value, behaviour, demand"),
    ({"points": "50"}, "score assets: its points is no whole number"),
    ({"points": True}, "score assets: its points is no whole number"),
    ({"points": 49}, "score value: its parts give 99 points together, not 100"),
    ({"points": None}, "score assets: its points is no whole number"),
    ({"share": ""}, "score assets: it lacks share"),
    ({"part": "breadth"}, "score value breadth: 2 entries have this part"),
]
MOMENTS = [
    ({"rule": "shoe_size > 5"}, f"moment large_inflow: its rule {NO_COLUMN}"),
    ({"rule": "query_text is not null"}, "moment large_inflow: its rule does not compile"),
    ({"occurred_at": "amount"}, "moment large_inflow: its occurred_at is of type DECIMAL(18,2), not a date or time"),
    ({"once_per": "shoe_size"}, f"moment large_inflow: its once_per {NO_COLUMN}"),
    ({"product_code": "shoe_size"}, f"moment large_inflow: its product_code {NO_COLUMN}"),
    ({"amount": "shoe_size"}, f"moment large_inflow: its amount {NO_COLUMN}"),
    ({"occasion": "weddings"}, "moment large_inflow: its occasion is none of transactions, accounts, app"),
    ({"lead_days": "3"}, "moment large_inflow: its lead_days is no whole number"),
    ({"again_after_days": 1.5}, "moment large_inflow: its again_after_days is no whole number"),
    ({"name_zh": "Money"}, "moment large_inflow: its name_zh has no Chinese in it"),
    ({"colour": "red"}, "moment large_inflow: it has 'colour', which no entry has"),
]
CASES = [
    pytest.param(kind, code, *case, id=f"{kind}-{next(iter(case[0]))}-{number}")
    for kind, code, cases in (
        ("tag", "youth", TAGS), ("micro-segment", "chain_leader", SEGMENTS), ("score", "assets", SCORES),
        ("moment", "large_inflow", MOMENTS),
    )
    for number, case in enumerate(cases)
]  # fmt: skip


@pytest.mark.parametrize(("kind", "code", "change", "told"), CASES)
def test_an_entry_that_cannot_be_used_is_refused_by_its_name(
    manifest: Manifest, kind: str, code: str, change: dict[str, Any], told: str
) -> None:
    assert told in refused(changed(manifest, kind, code, change))


def test_an_input_of_a_column_that_cannot_land_is_refused_by_the_columns_name(manifest: Manifest) -> None:
    broken = only_entries(manifest)
    profile = broken["nodes"][MODEL + "int_customers_profiled"] = copy.deepcopy(broken["nodes"][MODEL + "int_customers_profiled"])
    profile["columns"]["age"]["config"]["meta"]["inputs"] = ["core_banking.customers.shoe_size"]
    assert refused(broken).startswith("column age: its input 'core_banking.customers.shoe_size' is no column that the warehouse")


def test_every_fault_of_every_entry_is_named_at_once(manifest: Manifest) -> None:
    broken = changed(manifest, "tag", "youth", {"rule": "shoe_size > 5"})
    next(entry for entry in entries_of(broken, kind_named("moment")) if entry["code"] == "large_inflow").update(
        owner="", colour="red"
    )
    told = refused(broken)
    assert all(
        fault in told for fault in ("tag youth: its rule", "large_inflow: it lacks owner", "large_inflow: it has 'colour'")
    )


def test_a_last_micro_segment_that_leaves_somebody_out_is_refused(manifest: Manifest) -> None:
    broken = only_entries(manifest)
    entries_of(broken, kind_named("micro-segment"))[-1]["rule"] = "aum > 0"
    assert refused(broken) == "micro-segments: the last one's rule must be 'true', so that everybody has one"


@pytest.mark.parametrize(
    ("kind", "code", "change"),
    [
        ("tag", "youth", {"rule": "AGE between 18 and 28 and lifecycle_stage = 'shoe_size'", "evidence": None, "inputs": []}),
        ("tag", "youth", {"rule": "not false", "value": "AGE"}),
        ("tag", "youth", {"rule": "not false", "value": None, "inputs": ["core_banking.customers"]}),
        ("tag", "youth", {"rule": "micro_segment = 'young_family'", "owner": "Ann's team"}),
        ("micro-segment", "chain_leader", {"rule": "value_tier = 'wealth' and is_organisation"}),
        ("score", "assets", {"share": "aum / tier_wealth_aum"}),
        ("moment", "large_inflow", {"occurred_at": "cast(posted_at as date)", "lead_days": 0, "again_after_days": 30}),
    ],
)
def test_an_entry_at_its_boundaries_is_usable(manifest: Manifest, kind: str, code: str, change: dict[str, Any]) -> None:
    assert check_entries(changed(manifest, kind, code, change))
