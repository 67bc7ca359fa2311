"""Which code a cluster gets: an earlier one's where it is the same group of customers still, else one never used before.

Belongs here: matching centres of two models. Not here: finding centres (fit.py), names (words.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clustering.model import Model, Standard

Matrix = npt.NDArray[np.float64]
# in standard deviations, as a root mean square over the features: half of what lies between the two closest clusters of the demo
# bank; fitted after one half of its customers, the clusters of the other half lay within 0.1
CLOSE = 0.35


def moved(earlier: Model, features: Sequence[Standard]) -> tuple[Matrix, npt.NDArray[np.bool_]]:
    """An earlier model's centres in the units of these features, and which of the features both know. Others lie at the mean."""
    before = {each.column: each for each in earlier.features}
    common = np.array([each.column in before and before[each.column].transform == each.transform for each in features])
    centres = np.zeros((len(earlier.clusters), len(features)))
    for place, each in enumerate(features):
        if common[place]:
            old = before[each.column]
            values = np.array([cluster.centroid[each.column] for cluster in earlier.clusters]) * old.scale + old.centre
            centres[:, place] = (values - each.centre) / each.scale
    return centres, common


def distances(some: Matrix, others: Matrix, common: npt.NDArray[np.bool_]) -> Matrix:
    """How far each centre lies from each other one, as a root mean square over the common features."""
    if not common.any():
        return np.full((len(some), len(others)), np.inf)
    apart = some[:, None, common] - others[None, :, common]
    root: Matrix = np.sqrt((apart**2).mean(axis=2))
    return root


def codes(centres: Matrix, features: Sequence[Standard], earlier: Model | None) -> list[str]:
    """The code of each centre, in their order."""
    from scipy.optimize import linear_sum_assignment  # dbt's stages import this package and do not match

    kept: dict[int, str] = {}
    if earlier is not None:
        before, common = moved(earlier, features)
        apart = distances(centres, before, common)
        bounded: Any = np.where(apart <= CLOSE, apart, 1_000.0)  # a pair too far apart takes no near one's place
        for new, old in zip(*linear_sum_assignment(bounded), strict=True):
            if apart[new, old] <= CLOSE:
                kept[int(new)] = earlier.clusters[int(old)].code
    used = [each.code for each in (*earlier.clusters, *earlier.retired)] if earlier else []
    last = max((int(code.removeprefix("cluster_")) for code in used), default=0)
    fresh = iter(range(last + 1, last + 1 + len(centres)))
    return [kept.get(place) or f"cluster_{next(fresh):02d}" for place in range(len(centres))]
