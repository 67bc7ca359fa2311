"""Every person of known behaviour gets the cluster whose centre lies nearest, in words; and entries that cannot be are named."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans
from tiny_warehouse import FIRST, Warehouse

from clustering.features import FeatureError, entries
from clustering.fit import standardised
from clustering.model import SHIPPED, Cluster, Model, load
from clustering.tables import write_clusters
from orchestration.cluster_check import check_features

MODELS = ("int_customer_behaviour", "int_cluster_words", "int_customers_clustered")
# what of every kind may stand in the profile: nothing, zero, less than zero, a little, more than ever counted
_NUMBER = "case hash(i, {n}) % 5 when 0 then null when 1 then 0 when 2 then {least} else (hash(i, {n}) % 1000003) * {unit} end"
_DAY = "case hash(i, {n}) % 4 when 0 then null else date '2026-06-29' - cast(hash(i, {n}) % 900 as integer) end"


def written(known: str, number: int) -> str:
    """An expression for a column of many customers, by its type."""
    if known == "date":
        return _DAY.format(n=number)
    unit = {"double": "cast(0.00001 as double)", "bigint": "1"}.get(known, "12.34")
    return f"cast({_NUMBER.format(n=number, unit=unit, least=0 if known == 'bigint' else -1)} as {known})"


def crowd(warehouse: Warehouse, types: dict[str, str]) -> None:
    """In place of the profile 800 persons of all kinds, an organisation, and a person of whom nothing is known."""
    features = list(entries().named())
    columns = ", ".join(f"{written(types[name], number)} as {name}" for number, name in enumerate(features))
    with warehouse.open() as connection:
        connection.execute("delete from intermediate.int_customers_profiled")
        insert = f"insert into intermediate.int_customers_profiled by name select date '{FIRST}' as business_date, "
        connection.execute(
            f"{insert} 'p' || i as customer_id, false as is_organisation, date '{FIRST}' as last_transaction_on, {columns}"
            " from range(800) as r(i)"
        )
        connection.execute(f"{insert} 'o' as customer_id, true as is_organisation, date '{FIRST}' as last_transaction_on")
        connection.execute(f"{insert} 'n' as customer_id, false as is_organisation, 5 as deposit_balance")
        connection.execute(f"{insert} 'l' as customer_id, false as is_organisation, date '{FIRST}' as last_login_on")


def predicted(warehouse: Warehouse, model: Model) -> dict[str, str]:
    """The cluster of each customer of int_customer_behaviour, as scikit-learn has it."""
    columns = [each.column for each in model.features]
    rows = warehouse.query(f"select customer_id, {', '.join(columns)} from intermediate.int_customer_behaviour")
    known = {name: np.array([row[place] for row in rows], dtype=float) for place, name in enumerate(columns, start=1)}
    centres = np.array([[each.centroid[name] for name in columns] for each in model.clusters])
    places = KMeans(len(centres), init=centres, n_init=1).fit(centres).predict(standardised(known, model.features))
    return {row[0]: model.clusters[place].code for row, place in zip(rows, places, strict=True)}


def assigned(warehouse: Warehouse) -> dict[str, str]:
    return dict(warehouse.query("select customer_id, cluster_code from intermediate.int_customers_clustered"))


def compiled(warehouse: Warehouse, model: str) -> str:
    """A model as dbt compiled it."""
    [file] = (warehouse.folder / "target" / "compiled").rglob(f"{model}.sql")
    return file.read_text(encoding="utf-8")


def without(model: Model, column: str) -> Model:
    """The model as it was fitted before a feature was added."""
    fewer = [
        Cluster(**each.model_dump(exclude={"centroid"}), centroid={k: v for k, v in each.centroid.items() if k != column})
        for each in model.clusters
    ]
    features = tuple(each for each in model.features if each.column != column)
    return model.model_copy(update={"features": features, "clusters": tuple(fewer)})


def test_every_night_gives_each_person_a_cluster_with_words_and_values(first_day: tuple[Warehouse, dict[str, str]]) -> None:
    warehouse, statuses = first_day
    assert {statuses[name] for name in MODELS} == {"success"}
    rows = warehouse.query(
        "select count(*), count(distinct customer_id), count(why_en), count(why_zh), count(evidence), count(distance)"
        " from intermediate.int_customers_clustered"
    )
    assert rows == [(2,) * 6]  # two persons, and no company
    assert assigned(warehouse) == predicted(warehouse, load(SHIPPED))


def test_the_nearest_centre_is_the_one_that_scikit_learn_predicts(warehouse: Warehouse, manifest: dict[str, Any]) -> None:
    profile = manifest["nodes"]["model.customer_360.int_customers_profiled"]["columns"]
    crowd(warehouse, {name: column["data_type"] for name, column in profile.items()})
    assert set(warehouse.build(FIRST, "--select", *MODELS).values()) == {"success"}
    model, found = load(SHIPPED), assigned(warehouse)
    assert found == predicted(warehouse, model)
    assert set(found) == {*(f"p{number}" for number in range(800)), "l"}
    assert set(found.values()) == {each.code for each in model.clusters}
    untold = "select count(*) from intermediate.int_customers_clustered where coalesce(why_en, why_zh, evidence) is null"
    assert warehouse.query(untold) == [(0,)]
    kinds = "select count(distinct why_en) > 10, bool_or(evidence like 'loan_balance=%; %=%')"
    assert warehouse.query(f"{kinds} from intermediate.int_customers_clustered") == [(True, True)]

    earlier = without(model, "loan_balance")  # an entry that the model in use does not know yet counts for nothing
    with warehouse.open() as connection:
        write_clusters(connection, earlier)
    again = dict(warehouse.query(f"select customer_id, cluster_code from ({compiled(warehouse, 'int_customers_clustered')})"))
    assert again == predicted(warehouse, earlier)
    assert again != found


@pytest.mark.parametrize(
    ("column", "value", "number"),
    [
        ("outflow_30d", "0", 0.0), ("outflow_30d", "-3", 0.0), ("outflow_30d", "1", np.log(2)), ("outflow_30d", "null", None),
        ("deposit_balance", "-3", -np.log(4)), ("deposit_balance", "3", np.log(4)), ("deposit_balance", "0", 0.0),
        ("aum_change_90d_ratio", "-0.25", -0.25), ("aum_change_90d_ratio", "null", None),
        ("last_login_on", "date '2026-06-29'", 0.0), ("last_login_on", "date '2026-05-30'", 30.0),
        ("last_login_on", "null", None),
    ],
)  # fmt: skip
def test_a_column_becomes_a_number_as_its_entry_says(
    first_day: tuple[Warehouse, dict[str, str]], column: str, value: str, number: float | None
) -> None:
    known = compiled(first_day[0], "int_customer_behaviour").replace(
        '"warehouse"."intermediate"."int_customers_profiled"', "given"
    )
    given = (
        f"with given as (select * replace ({value} as {column}, false as is_organisation, date '{FIRST}' as last_transaction_on)"
        " from intermediate.int_customers_profiled limit 1)"
    )
    [(found,)] = first_day[0].query(f"{given} select {column} from ({known})")
    assert found == (None if number is None else pytest.approx(number))


def test_the_features_are_columns_of_the_profile(manifest: dict[str, Any]) -> None:
    assert len(check_features(manifest).features) >= 10


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"column": "shoe_size"}, "feature shoe_size is no column of int_customers_profiled"),
        ({"column": "last_contact_on"}, r"feature last_contact_on is a date, and log1p takes bigint or"),
        ({"transform": "days_since"}, "feature logins_30d is a bigint, and days_since takes date or timestamp"),
        ({"column": "province"}, "feature province is a varchar"),
        ({"fill": "mode"}, "feature logins_30d: fill"),
    ],
)
def test_a_feature_that_cannot_be_stops_the_check_with_its_name(
    manifest: dict[str, Any], change: dict[str, Any], told: str
) -> None:
    wrong = copy.deepcopy(manifest["nodes"])
    wrong["model.customer_360.int_customer_behaviour"]["config"]["meta"]["clustering"]["features"][0].update(change)
    with pytest.raises(FeatureError, match=told):
        check_features({"nodes": wrong})
