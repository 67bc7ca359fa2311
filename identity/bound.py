"""Which pairs cannot be likely enough, told before they are compared in full.

Belongs here: the most that a pair may weigh, as SQL. Not here: comparing (model.py), the levels (comparisons.yml).
Most candidate pairs differ in nearly everything, and a slip of the pen is dear to look for. So a level that has `only_if` is
first taken to hold where that holds; of the pairs that are left, every level is tried as it stands. What a pair may weigh at
most is then never less than what it weighs, and who is below the threshold even so need not be compared: the answers are the
same. Here the engine looks at all pairs with all its threads; Splink's tables of the few that are left are too short for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, log2
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from identity.model import Model

_LEAST = 1e-300  # as Splink has it: it refuses what is below, and says so better than a logarithm does
_SLACK = 1e-6  # sums of some ten weights differ in the last digits by the order of adding


def _log2(value: float) -> float:
    return log2(max(value, _LEAST))


def _weight(column: str, level: Mapping[str, Any], model: Model) -> float:
    """The most that a level may weigh: by the rarest value known, where it is weighed by frequency."""
    m, u = model.levels[column][level["level"]]
    known = model.frequencies.get(column)
    if not level.get("by_frequency") or not known:
        return _log2(m) - _log2(u)
    if level.get("when") != f"{column}_l = {column}_r":
        return inf  # Splink takes the u of another level
    return _log2(m) - min(_log2(u), _log2(min(known.values())))


def condition_of(level: Mapping[str, Any]) -> str:
    """SQL for whether a level holds that has a condition: the cheap part first."""
    # not `and`: its parts are tried in whichever order, and the dear one of all where the whole is worked out as a value
    if "only_if" in level:
        return f"case when not coalesce({level['only_if']}, false) then false when {level['when']} then true else false end"
    return str(level["when"])


def _greatest(column: str, levels: Sequence[Mapping[str, Any]], model: Model, *, is_quick: bool) -> str:
    """SQL for the most that a comparison may weigh. `is_quick`: from a level that may hold on, it is any of those that follow."""
    weights = [_weight(column, level, model) for level in levels]
    cases = [f"when {column}_l is null or {column}_r is null then 0"]
    for place, level in enumerate(levels[:-1]):
        condition, weight = condition_of(level), weights[place]
        if is_quick and "only_if" in level:
            condition, weight = level["only_if"], max(weights[place:])
        cases.append(f"when {condition} then '{weight}'::double")
    return f"case {' '.join(cases)} else '{weights[-1]}'::double end"


def may_reach(model: Model, comparisons: Sequence[Mapping[str, Any]], least: float) -> str:
    """SQL, over columns with _l and _r, that is true of every pair whose probability may be `least`."""
    if least <= 0:
        return "true"
    wanted = _log2(least) - _log2(1 - least) - _log2(model.prior) + _log2(1 - model.prior) - _SLACK
    quick, full = (
        " + ".join(_greatest(each["column"], each["levels"], model, is_quick=is_quick) for each in comparisons)
        for is_quick in (True, False)
    )
    return f"case when {quick} >= {wanted} then {full} >= {wanted} else false end"
