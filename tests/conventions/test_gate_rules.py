"""The gates' rules as written: a rule is known by its table and code, so no two may share them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import yaml
from checkout import CHECKOUT

from expectations.demands import contract_demands
from foundation.contract import landing_tables

FILES = ("landing.yml", "marts.yml", "decisions.yml")


def rules(file: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((CHECKOUT / "expectations" / file).read_text(encoding="utf-8"))
    return found


def repeated(names: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted(name for name, times in Counter(names).items() if times > 1)


def test_every_rule_has_a_code_of_its_own_on_its_table() -> None:
    written = [(rule["table"], rule["code"]) for file in FILES for rule in rules(file)]
    promised = [(demand.table, demand.code) for table in landing_tables() for demand in contract_demands(table)]
    assert len(written) > 20
    assert repeated([*written, *promised]) == []


def test_a_code_that_stands_twice_on_a_table_would_be_found() -> None:
    assert repeated([("t", "a"), ("u", "a"), ("t", "b")]) == []
    assert repeated([("t", "a"), ("u", "a"), ("t", "a")]) == [("t", "a")]


def test_every_rule_says_in_words_what_it_demands() -> None:
    for file in FILES:
        for rule in rules(file):
            assert rule["code"].isidentifier(), (file, rule["code"])
            assert rule["code"].islower(), (file, rule["code"])
            assert len(rule["says"].split()) >= 3, (file, rule["code"])
