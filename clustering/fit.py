"""Finds the clusters: k-means (Lloyd) on the standardised behaviour of a sample of the customers.

Belongs here: reading the sample, standardising, how many clusters, their centres. Not here: the features (clusters.yml), codes
(labels.py), words (words.py), assigning every customer (dbt). The same customers give the same file, to the last digit: rows and
features are put in order first, one thread adds up, and what is kept is rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from clustering.features import MODEL, Entries, Feature
from clustering.labels import codes, moved
from clustering.model import Cluster, Model, Named, Standard
from clustering.words import say

Matrix = npt.NDArray[np.float64]
TABLE = f"intermediate.{MODEL}"
# what bounds memory and time whatever the bank's size: centres of so many customers are known to a hundredth of a deviation
SAMPLE = 100_000
_TRIED = 5_000  # customers on whom the numbers of clusters and the places to begin are tried; the best is refined on all
_JUDGED = 4_000  # of them those on whom silhouettes rest: every one is compared with every other
_LEAST = 200  # with fewer, a cluster would be a handful of people
_STARTS = 30  # k-means ends in the nearest hollow: of fewer starts none may find the deepest
_ROUNDED = 6
# the earlier model's clusters stay unless others are clearly better: by silhouette in their number, by inertia in their centres
_CLEARLY = 0.03
_CLEARLY_TIGHTER = 0.98


class FitError(RuntimeError):
    """No clusters can be found. The message says why and what to do."""


@dataclass(frozen=True)
class Behaviour:
    """The sample: the business date, the customers in order, and a column of numbers (NaN: unknown) for each feature."""

    on: date
    columns: Mapping[str, Matrix]

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values())))


def behaviour(connection: duckdb.DuckDBPyConnection, entries: Entries, sample: int = SAMPLE) -> Behaviour:
    """The customers to fit on, drawn by a hash of their ids: the same ones whatever their order. Errors: FitError."""
    schema, table = TABLE.split(".")
    there = connection.execute(
        "select column_name from information_schema.columns where table_schema = ? and table_name = ?", [schema, table]
    ).fetchall()
    if not there:
        raise FitError("this home has no customers' behaviour yet: `make run` or `make materialize` first")
    if missing := sorted(set(entries.named()) - {name for (name,) in there}):
        raise FitError(f"the warehouse was built before {', '.join(missing)} became a feature: `make rebuild`, then fit")
    on, customers = connection.execute(f"select max(business_date), count(*) from {TABLE}").fetchone() or (None, 0)
    if customers < _LEAST:
        raise FitError(f"{customers} persons with known behaviour are too few: clusters need {_LEAST} at least")
    columns = ", ".join(entries.named())
    rows: dict[str, Any] = connection.execute(
        f"select {columns} from (select customer_id, {columns} from {TABLE}"
        f" order by md5(customer_id || '{entries.seed}'), customer_id limit {int(sample)})"
    ).fetchnumpy()
    return Behaviour(on, {name: np.ma.filled(np.ma.asarray(rows[name], dtype=np.float64), np.nan) for name in entries.named()})


def _standard(feature: Feature, values: Matrix) -> Standard:
    known = values[~np.isnan(values)]
    if not len(known):
        known = np.zeros(1)  # its source never landed: all alike
    low, high = (round(float(each), _ROUNDED) for each in np.percentile(known, feature.clip))
    fill = {"zero": 0.0, "median": round(float(np.median(known)), _ROUNDED), "most": high}[feature.fill]
    counted = np.clip(np.where(np.isnan(values), fill, values), low, high)
    scale = round(float(counted.std()), _ROUNDED) or 1.0  # what is the same for all tells nobody apart
    centre = round(float(counted.mean()), _ROUNDED)
    return Standard(column=feature.column, transform=feature.transform, fill=fill, low=low, high=high, centre=centre, scale=scale)


def standardised(columns: Mapping[str, Matrix], standards: tuple[Standard, ...]) -> Matrix:
    """A row per customer, a column per feature: deviations from the mean."""
    filled = [np.where(np.isnan(columns[each.column]), each.fill, columns[each.column]) for each in standards]
    return np.column_stack([
        (np.clip(values, each.low, each.high) - each.centre) / each.scale for values, each in zip(filled, standards, strict=True)
    ])  # fmt: skip


def _k_means(points: Matrix, count: int, entries: Entries, start: Matrix | None = None) -> Any:
    from sklearn.cluster import KMeans

    init: Any = "k-means++" if start is None else start
    return KMeans(count, init=init, n_init=_STARTS if start is None else 1, random_state=entries.seed).fit(points)


def _candidates(points: Matrix, entries: Entries, before: Matrix | None) -> dict[int, tuple[Any, float]]:
    """For each number of clusters the best fit and its silhouette; those with too small a cluster left out. Errors: FitError."""
    from sklearn.metrics import silhouette_score

    found = {}
    for count in range(entries.least_clusters, entries.most_clusters + 1):
        fitted = _k_means(points, count, entries)
        if before is not None and len(before) == count:
            again = _k_means(points, count, entries, before)
            fitted = again if fitted.inertia_ > again.inertia_ * _CLEARLY_TIGHTER else fitted
        if np.bincount(fitted.labels_, minlength=count).min() < entries.least_share * len(points):
            continue
        judged = fitted.labels_[:_JUDGED]  # the sample has no order but a hash's
        if len(set(judged)) > 1:
            found[count] = (fitted, round(float(silhouette_score(points[:_JUDGED], judged)), _ROUNDED))
    if not found:
        raise FitError("no number of clusters parts the customers: lower least_clusters or least_share in clusters.yml")
    return found


def _chosen(candidates: Mapping[int, tuple[Any, float]], before: int) -> int:
    """The number of clusters: the best by silhouette; the earlier one where the best is not clearly better."""
    best = max(candidates, key=lambda count: (candidates[count][1], -count))
    if before in candidates and candidates[best][1] - candidates[before][1] < _CLEARLY:
        return before
    return best


def fit(sample: Behaviour, entries: Entries, version: str, earlier: Model | None = None) -> Model:
    """A model of the sample's clusters; those that an earlier one had too keep their codes and names. Errors: FitError."""
    from threadpoolctl import threadpool_limits

    standards = tuple(_standard(feature, sample.columns[column]) for column, feature in entries.named().items())
    points = standardised(sample.columns, standards)
    before = moved(earlier, standards)[0] if earlier else None
    with threadpool_limits(limits=1):
        candidates = _candidates(points[:_TRIED], entries, before)
        count = _chosen(candidates, len(earlier.clusters) if earlier else 0)
        fitted = _k_means(points, count, entries, candidates[count][0].cluster_centers_)
    shares = np.bincount(fitted.labels_) / len(points)
    order = np.argsort(-shares, kind="stable")  # new codes count from the largest on
    centres = fitted.cluster_centers_[order].round(_ROUNDED)
    clusters = _clusters(centres, shares[order].round(_ROUNDED), standards, entries, earlier)
    return Model(
        version=version, fitted_on=sample.on, rows=sample.rows, features=standards, clusters=clusters,
        silhouettes={count: silhouette for count, (_, silhouette) in candidates.items()}, retired=_retired(clusters, earlier),
    )  # fmt: skip


def _clusters(
    centres: Matrix, shares: Matrix, standards: tuple[Standard, ...], entries: Entries, earlier: Model | None
) -> tuple[Cluster, ...]:
    """The clusters with codes and words, in the codes' order. A name that people know stays; the description is of today."""
    known = {each.code: each for each in earlier.clusters} if earlier else {}
    given = codes(centres, standards, earlier)
    taken = {name for code in given if code in known for name in (known[code].name_en, known[code].name_zh)}
    clusters = []
    for code, centre, share in sorted(zip(given, centres.tolist(), shares.tolist(), strict=True), key=lambda each: each[0]):
        centroid = dict(zip((each.column for each in standards), centre, strict=True))
        words = say(centroid, entries, code=code, taken=taken)
        name: Any = known.get(code, words)
        taken |= {name.name_en, name.name_zh}
        clusters.append(Cluster(
            code=code, name_en=name.name_en, name_zh=name.name_zh, description_en=words.description_en,
            description_zh=words.description_zh, share=share, centroid=centroid,
        ))  # fmt: skip
    return tuple(clusters)


def _retired(clusters: tuple[Cluster, ...], earlier: Model | None) -> tuple[Named, ...]:
    """Codes that no cluster has any more, with their names: none of them is ever given again."""
    if earlier is None:
        return ()
    kept = {each.code for each in clusters}
    gone = [Named(code=each.code, name_en=each.name_en, name_zh=each.name_zh) for each in earlier.clusters]
    return (*earlier.retired, *(each for each in gone if each.code not in kept))
