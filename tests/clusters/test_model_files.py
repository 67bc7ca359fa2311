"""A model's file and the entries of features: what is wrong is named with its mend, what is right is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from clustering.features import ENTRIES, MODEL, FeatureError, entries
from clustering.model import SHIPPED, ModelError, load, read, save
from clustering.words import say


def file_with(folder: Path, change: Any) -> Path:
    document = json.loads(SHIPPED.read_text(encoding="utf-8"))
    change(document)
    path = folder / "model.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_the_shipped_model_knows_the_reviewed_features_and_is_read_as_it_was_written(tmp_path: Path) -> None:
    model = load(SHIPPED)
    assert {each.column for each in model.features} <= set(entries().named())
    save(model, tmp_path / "copy.json")
    assert read(tmp_path / "copy.json") == model
    with pytest.raises(FileExistsError, match="a model in use never changes"):
        save(model, tmp_path / "copy.json")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda m: m.pop("features"), "features: Field required"),
        (lambda m: m.update(colour="red"), "colour: Extra inputs are not permitted"),
        (lambda m: m["features"][0].update(scale=0), "features: 0: scale: Input should be greater than 0"),
        (lambda m: m["features"][0].update(low=9, high=1), "a feature's low lies above its high"),
        (lambda m: m["features"].append(m["features"][0]), "a feature stands more than once"),
        (lambda m: m["clusters"][1]["centroid"].pop("logins_30d"), "cluster_02: its centroid names other features"),
        (lambda m: m["clusters"][0].update(name_zh="English"), "clusters: 0: name_zh: String should match"),
        (lambda m: m["clusters"][0].update(name_en=m["clusters"][1]["name_en"]), "two clusters have the same name"),
        (lambda m: m["clusters"][0].update(code="cluster_02"), "a code stands more than once"),
        (lambda m: m.update(retired=[{"code": "cluster_01", "name_en": "a", "name_zh": "甲"}]), "a code stands more than once"),
        (lambda m: m["features"][0].update(transform="log1p"), "with transform log1p, and clusters.yml has none: fit anew"),
    ],
)
def test_a_file_that_is_no_model_is_refused_by_what_is_wrong_with_it(tmp_path: Path, change: Any, told: str) -> None:
    with pytest.raises(ModelError, match=told):
        load(file_with(tmp_path, change))


def test_a_model_of_a_feature_that_is_gone_is_refused() -> None:
    known = entries().model_copy(update={"features": tuple(each for each in entries().features if each.column != "logins_30d")})
    with pytest.raises(ModelError, match=r"fitted on logins_30d, which clusters\.yml does not have: fit anew"):
        load(SHIPPED, known)
    assert read(SHIPPED) == load(SHIPPED)  # another may still be fitted after it


@pytest.mark.parametrize("content", [None, "", "{", "[]", "\N{SNOWMAN}"])
def test_what_is_no_file_of_a_model_is_refused_by_its_path(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "m.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"m\.json (is no model of clusters|cannot be read)"):
        load(path)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda e: e["features"][0].update(transform="square"), "feature logins_30d: transform: Input should be"),
        (lambda e: e["features"][0].pop("low"), "feature logins_30d: low: Field required"),
        (lambda e: e["features"][0]["high"].update(zh="often"), "feature logins_30d: high: zh: String should match"),
        (lambda e: e["features"][0].update(fill="mode"), "feature logins_30d: fill: Input should be"),
        (lambda e: e["features"][0].update(clip=[99, 1]), "feature logins_30d: Value error, clip is two percentiles"),
        (lambda e: e["features"].append(e["features"][0]), "logins_30d stands more than once"),
        (lambda e: e.update(least_clusters=10), "least_clusters is above most_clusters"),
        (lambda e: e.pop("seed"), "seed: Field required"),
    ],
)
def test_an_entry_that_cannot_be_used_is_refused_by_its_column(tmp_path: Path, change: Any, told: str) -> None:
    document = yaml.safe_load(ENTRIES.read_text(encoding="utf-8"))
    change(next(each for each in document["models"] if each["name"] == MODEL)["config"]["meta"]["clustering"])
    path = tmp_path / "clusters.yml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    with pytest.raises(FeatureError, match=told):
        entries(path)


def test_a_file_without_entries_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clusters.yml"
    path.write_text("models: [{name: another}]", encoding="utf-8")
    with pytest.raises(FeatureError, match=r"no config\.meta\.clustering under int_customer_behaviour"):
        entries(path)


def test_words_name_a_theme_once_and_what_is_near_the_mean_not_at_all() -> None:
    far = entries().said_from
    words = say({"logins_30d": 2.0, "last_login_on": -1.9, "loan_balance": -far, "fund_balance": far * 0.99},
                entries(), code="cluster_07", taken=frozenset())  # fmt: skip
    assert words.description_en == "Logs in to the app more often than most; owes little or nothing in loans"
    assert words.description_zh == "登录App多于多数客户；贷款很少或没有"
    assert (words.name_en, words.name_zh) == ("Frequent app users, no loans", "App高频、无贷款")
    plain = say({"logins_30d": 0.1}, entries(), code="cluster_07", taken=frozenset())
    assert (plain.name_en, plain.name_zh) == ("Average customers", "普通客户")


def test_no_two_clusters_are_called_alike() -> None:
    centroid = {"logins_30d": 2.0, "loan_balance": 1.5, "fund_balance": 1.0}
    longer = say(centroid, entries(), code="cluster_07", taken={"Frequent app users, borrowers"})
    assert longer.name_en == "Frequent app users, borrowers, fund investors"
    coded = say(centroid, entries(), code="cluster_07", taken={"Frequent app users, borrowers", longer.name_en})
    assert (coded.name_en, coded.name_zh) == (f"{longer.name_en} (cluster_07)", f"{longer.name_zh}（cluster_07）")
