"""A fit finds the groups that were drawn, says the same whenever it is asked the same, and leaves labels where they were."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from behaving import FEATURES, GROUPS, ON, drawn, few, fitted, stored

from clustering.fit import FitError, behaviour, standardised
from clustering.labels import CLOSE, codes, moved
from clustering.model import Model

SIZES = (300, 200, 100)


def assigned(model: Model, customers: dict[str, Any]) -> list[str]:
    """The code of each customer's nearest centre."""
    columns = {each.column: customers[each.column] for each in model.features}
    points = standardised(columns, model.features)
    centres = np.array([[each.centroid[feature.column] for feature in model.features] for each in model.clusters])
    nearest = ((points[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    return [model.clusters[place].code for place in nearest]


@pytest.fixture(scope="module")
def customers() -> dict[str, Any]:
    return drawn(SIZES)


@pytest.fixture(scope="module")
def model(customers: dict[str, Any]) -> Model:
    return fitted(customers)


def test_the_groups_that_were_drawn_are_found_and_coded_from_the_largest_on(customers: dict[str, Any], model: Model) -> None:
    assert [each.code for each in model.clusters] == ["cluster_01", "cluster_02", "cluster_03"]
    assert [each.share for each in model.clusters] == pytest.approx([1 / 2, 1 / 3, 1 / 6], abs=0.01)
    agreed = [code == f"cluster_{group + 1:02d}" for code, group in zip(assigned(model, customers), customers["of"], strict=True)]
    assert sum(agreed) > 0.99 * len(agreed)
    assert (model.rows, model.fitted_on, set(model.silhouettes)) == (600, ON, {2, 3, 4})


def test_a_fit_done_twice_gives_the_same_file_whatever_the_order_of_rows_and_features(
    customers: dict[str, Any], model: Model
) -> None:
    turned = {name: values[::-1] for name, values in customers.items()}
    again = fitted(turned, rules=few(reverse=True))
    assert again.model_dump_json() == model.model_dump_json()


def test_a_cluster_is_described_in_both_languages_by_what_sets_it_apart(model: Model) -> None:
    first, second, third = model.clusters
    assert first.name_en.startswith("Frequent app users")
    assert "理财持有较多" in second.description_zh
    assert "holds much in wealth products" in second.description_en.lower()
    assert "keeps hardly any deposits" in third.description_en.lower()
    assert len({each.name_zh for each in model.clusters}) == 3


def test_a_refit_after_one_in_a_hundred_changed_keeps_the_codes_of_nearly_all(customers: dict[str, Any], model: Model) -> None:
    changed = {name: values.copy() for name, values in customers.items()}
    for name in FEATURES:
        changed[name][::100] = changed[name][::100][::-1]  # each gets another's behaviour
    again = fitted(changed, "w", model)
    kept = [before == after for before, after in zip(assigned(model, customers), assigned(again, changed), strict=True)]
    assert sum(kept) > 0.95 * len(kept)
    assert [(each.code, each.name_en) for each in again.clusters] == [(each.code, each.name_en) for each in model.clusters]
    assert again.retired == ()


def test_a_name_that_a_person_gave_stays_while_the_cluster_does(customers: dict[str, Any], model: Model) -> None:
    renamed = model.clusters[0].model_copy(update={"name_en": "The daily crowd", "name_zh": "日常客群"})
    again = fitted(customers, "w", model.model_copy(update={"clusters": (renamed, *model.clusters[1:])}))
    assert (again.clusters[0].name_en, again.clusters[0].name_zh) == ("The daily crowd", "日常客群")
    assert again.clusters[0].description_en == model.clusters[0].description_en


def test_a_group_that_comes_gets_a_new_code_and_one_that_goes_gives_its_code_to_nobody(model: Model) -> None:
    borrowers = (5.0, 40.0, 4.0, 6.0)
    without_third = drawn((300, 200, 150), (*GROUPS[:2], borrowers))
    second = fitted(without_third, "w", model)
    assert [each.code for each in second.clusters] == ["cluster_01", "cluster_02", "cluster_04"]
    assert [(each.code, each.name_en) for each in second.retired] == [("cluster_03", model.clusters[2].name_en)]
    without_both = drawn((300, 200, 150), (*GROUPS[:2], (16.0, 3.0, 0.0, 0.0)))
    third = fitted(without_both, "x", second)
    assert [each.code for each in third.clusters] == ["cluster_01", "cluster_02", "cluster_05"]
    assert [each.code for each in third.retired] == ["cluster_03", "cluster_04"]
    back = fitted(drawn(SIZES), "y", third)  # who looks as a retired cluster did is a new one: what was told of it stays true
    assert [each.code for each in back.clusters] == ["cluster_01", "cluster_02", "cluster_06"]


@pytest.mark.parametrize(("apart", "code"), [(CLOSE * 0.999, "cluster_01"), (CLOSE * 1.001, "cluster_04")])
def test_a_code_stays_up_to_a_distance(model: Model, apart: float, code: str) -> None:
    centres, common = moved(model, model.features)
    assert common.all()
    assert codes(centres[:1] + apart, model.features, model) == [code]


def test_a_code_stays_where_the_units_changed_and_a_feature_came_or_went(model: Model) -> None:
    stretched = [each.model_copy(update={"centre": each.centre + 1, "scale": each.scale * 2}) for each in model.features[:3]]
    added = [*stretched, model.features[0].model_copy(update={"column": "aum"})]
    centres, common = moved(model, added)
    assert common.tolist() == [True, True, True, False]
    assert codes(centres, added, model) == [each.code for each in model.clusters]
    strange = [each.model_copy(update={"column": f"x_{each.column}"}) for each in model.features]
    assert codes(centres, strange, model) == ["cluster_04", "cluster_05", "cluster_06"]


def test_what_is_unknown_counts_as_the_entry_says(customers: dict[str, Any]) -> None:
    holed = {name: values.copy() for name, values in customers.items()}
    holed["last_login_on"][:30] = np.nan
    holed["wealth_balance"][:] = np.nan
    model = fitted(holed)
    features = {each.column: each for each in model.features}
    assert features["last_login_on"].fill == features["last_login_on"].high > 200
    assert (features["wealth_balance"].fill, features["wealth_balance"].scale) == (0, 1)
    assert all(each.centroid["wealth_balance"] == 0 for each in model.clusters)
    of_median = tuple(each.model_copy(update={"fill": "median"}) for each in few().features)
    median = fitted(holed, rules=few(features=of_median))
    known = holed["last_login_on"][~np.isnan(holed["last_login_on"])]
    assert {each.column: each.fill for each in median.features}["last_login_on"] == pytest.approx(np.median(known), abs=1e-6)


def test_a_bound_sample_is_drawn_alike_whatever_the_order(customers: dict[str, Any]) -> None:
    samples = []
    for rows in (customers, {name: values[::-1] for name, values in customers.items()}):
        with stored(rows) as connection:
            samples.append(behaviour(connection, few(), sample=250))
    assert [each.rows for each in samples] == [250, 250]
    assert all((samples[0].columns[name] == samples[1].columns[name]).all() for name in FEATURES)


def test_what_cannot_be_fitted_is_said(customers: dict[str, Any]) -> None:
    with pytest.raises(FitError, match="no customers' behaviour yet: `make run`"):
        behaviour(stored(customers).execute("drop table intermediate.int_customer_behaviour"), few())
    with pytest.raises(FitError, match="built before wealth_balance became a feature: `make rebuild`"):
        fitted({name: values for name, values in customers.items() if name != "wealth_balance"})
    with pytest.raises(FitError, match="199 persons with known behaviour are too few"):
        fitted({name: values[:199] for name, values in customers.items()})
    with pytest.raises(FitError, match="no number of clusters parts the customers"):
        fitted(customers, rules=few(least_clusters=4, least_share=0.4))
