"""Errors in the rules and in a model's file name the entry and the mend; what is right is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from identity.model import SHIPPED, ModelError, expert, load, save
from identity.rulebook import RULES, RuleError, rulebook


def rules_with(folder: Path, **parts: Any) -> Path:
    document = yaml.safe_load(RULES.read_text(encoding="utf-8")) | parts
    path = folder / "rules.yml"
    path.write_text(yaml.safe_dump({name: part for name, part in document.items() if part is not ...}), encoding="utf-8")
    return path


RULE = {"code": "r", "agree": ["mobile"], "confidence": 0.9, "says": "the same mobile"}


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"exact": [RULE | {"agree": ["mobil"]}]}, r"r, `agree`: \['mobil'\] are no columns; write one of .*'mobile'"),
        ({"exact": [RULE | {"agree": []}]}, "r, `agree`: write a list of columns"),
        ({"exact": [RULE | {"agree": "mobile"}]}, "r, `agree`: write a list of columns"),
        ({"exact": [{"code": "r", "agree": ["mobile"], "confidence": 1}]}, "r: lacks says"),
        ({"exact": [{"agree": ["mobile"], "confidence": 1, "says": "x"}]}, "an exact rule without a code: lacks code"),
        ({"exact": [RULE | {"were": "a.name is null"}]}, "r: were is no key; write .* or `where`"),
        ({"exact": [RULE | {"confidence": 0}]}, "r: `confidence` is a share above 0, 1 at most"),
        ({"exact": [RULE | {"confidence": 1.01}]}, "r: `confidence` is a share"),
        ({"exact": [RULE | {"confidence": "high"}]}, "r: `confidence` is a share"),
        ({"exact": [RULE, RULE]}, "r stands more than once"),
        ({"exact": ...}, "lacks exact"),
        ({"apart": [{"code": "s", "where": "true"}]}, "s: write code, where and says, and nothing else"),
        ({"asked": [{"code": "q", "agree": ["mobile"], "says": "x"}]}, "q: write code, agree, where and says, and nothing else"),
        ({"asked": [{"code": "q", "agree": ["mobil"], "where": "true", "says": "x"}]}, r"q, `agree`: \['mobil'\] are no columns"),
        ({"asked": ...}, "lacks asked"),
        ({"apart": [{"code": "national_id", "where": "true", "says": "x"}]}, "national_id stands more than once"),
        ({"junk": ...}, "lacks junk"),
        ({"blocks": [["birth_century"]]}, r"blocks, .*\['birth_century'\] are no columns; write one of .*'birth_year'"),
        ({"blocks": ["mobile"]}, "blocks, mobile: write a list of columns"),
        ({"junk": {"birthday": ["x"]}}, r"junk: \['birthday'\] are no columns"),
        ({"junk": {"email": ["(x"]}}, r"junk, email: '\(x' is no regular expression"),
        ({"junk": {"email": "x"}}, "junk, email: write a list of regular expressions"),
    ],
)
def test_a_wrong_entry_is_refused_by_its_name_with_the_mend(tmp_path, parts, told):
    with pytest.raises(RuleError, match=told):
        rulebook(rules_with(tmp_path, **parts))


def test_a_right_entry_is_read_at_the_boundary_of_confidence(tmp_path):
    read = rulebook(rules_with(tmp_path, exact=[RULE | {"confidence": 1}]))
    assert [(rule.code, rule.confidence, rule.where) for rule in read.exact] == [("r", 1.0, "true")]


def test_a_saved_model_is_read_as_it_was_and_never_written_over(tmp_path):
    path = tmp_path / "model.json"
    save(expert(), path)
    assert load(path) == expert()
    with pytest.raises(FileExistsError, match="never changes: choose another name"):
        save(expert(), path)


def test_the_model_that_is_shipped_can_be_used():
    assert 0 < load(SHIPPED).prior < 1


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"levels": {}}', '{"version": 1, "prior": "x", "levels": {}, "frequencies": {}}']
)
def test_a_file_that_is_no_model_is_refused_with_the_mend(tmp_path, text):
    path = tmp_path / "model.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"model.json is no model \(.*\): train one with `make train-identity"):
        load(path)
    with pytest.raises(ModelError, match=r"absent\.json is no model"):
        load(tmp_path / "absent.json")


def test_a_model_of_other_comparisons_is_refused_with_the_mend(tmp_path):
    path = tmp_path / "model.json"
    document = json.loads(SHIPPED.read_text(encoding="utf-8"))
    del document["levels"]["gender"]
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ModelError, match=r"trained for other comparisons than identity/comparisons.yml has: train it anew"):
        load(path)
