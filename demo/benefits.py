"""Rows of core_banking.benefit_events: points and privileges, granted in turns, redeemed or left to expire.

Belongs here: who is granted what, and what becomes of it. Not here: how rich a customer is (population.py).
A customer holds at most one grant of a code at a time, so that what was redeemed or expired is always what was granted last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from demo.bank_model import Model
from demo.columns import blank, dates, joined, moments, money, picked, plain
from demo.cycles import Cycle
from demo.draws import Array
from demo.population import RETAIL

EVERY = 91  # days between two grants of a code
VALID_DAYS = 90
_EVENTS = ("granted", "redeemed", "expired")
_SUFFIX = ("G", "R", "X")


@dataclass(frozen=True)
class Benefit:
    """One code: for customers who tend to own at least `least` yuan; what one costs the bank, how many are redeemed."""

    code: str
    least: float
    cost: int  # cents
    granted: float
    redeemed: float


BENEFITS = (
    Benefit("POINTS_COUPON", 2_000.0, 1_500, 0.6, 0.35),
    Benefit("AIRPORT_LOUNGE", 500_000.0, 18_000, 0.8, 0.5),
    Benefit("HEALTH_CHECK", 500_000.0, 60_000, 0.5, 0.3),
    Benefit("CONCIERGE", 6_000_000.0, 120_000, 0.9, 0.6),
)


@dataclass(frozen=True)
class _Grants:
    """When a code is granted to each customer, and when they would redeem it: a habit of their own."""

    granted: Cycle
    redeemed: Cycle
    delay: Array


def _grants(model: Model, benefit: Benefit) -> _Grants:
    def build() -> _Grants:
        index = np.arange(model.population.size)
        delay = 1 + model.draws.below(f"benefit/{benefit.code}/delay", index, VALID_DAYS - 2)
        granted = Cycle.drawn(model.draws, f"benefit/{benefit.code}", len(index), EVERY)
        return _Grants(granted, granted.later(delay), delay)

    return model.once(f"benefit/{benefit.code}", build)


def _got(model: Model, benefit: Benefit, cycle: Cycle, index: Array, on: int | Array) -> tuple[Array, Array]:
    """Those of the index who were granted the code on a day, and by which turn."""
    p = model.population
    turn = (on + cycle.phase[index]) // cycle.every
    lively = p.activity(on, index) > 0.3
    entitled = (p.kind[index] == RETAIL) & (p.aum[index] >= benefit.least) & lively
    got = entitled & (model.draws.uniform(f"benefit/{benefit.code}/granted", index, turn) < benefit.granted)
    return got & (np.asarray(on) >= model.parameters.start), turn


def _day(model: Model, number: int, day: int) -> Array:
    """What happens to one code on a day: rows of the code's number, the event, the customers, the turns of their grants."""
    benefit, d = BENEFITS[number], model.draws
    grants, name = _grants(model, benefit), f"benefit/{benefit.code}/redeemed"
    events = []
    for event, index, on in (
        (0, grants.granted.due(day), day),
        (1, (who := grants.redeemed.due(day)), day - grants.delay[who]),
        (2, grants.granted.due(day - VALID_DAYS), day - VALID_DAYS),
    ):
        got, turn = _got(model, benefit, grants.granted, index, on)
        if event:
            there = model.population.activity(on + grants.delay[index], index) > 0
            redeems = there & (d.uniform(name, index, turn) < benefit.redeemed)
            got &= redeems == (event == 1)
        index, turn = index[got], turn[got]
        events.append(np.stack([np.full(len(index), number), np.full(len(index), event), index, turn]))
    return np.concatenate(events, axis=1)


def _rows(model: Model, events: Array, days: Array) -> pa.Table:
    number, event, index, turn = events
    by_system = event != 1
    at_noon = 9 * 3_600 + model.draws.below("benefit/time", index * len(BENEFITS) + number, 12 * 3_600, turn)
    costs = np.array([benefit.cost for benefit in BENEFITS])
    return pa.table(
        {
            "benefit_event_id": joined(
                "BE", plain(number), model.customer_numbers(index), "-", plain(turn), picked(_SUFFIX, event)
            ),
            "customer_no": model.customer_numbers(index),
            "benefit_code": picked([benefit.code for benefit in BENEFITS], number),
            "event": picked(_EVENTS, event),
            "occurred_at": moments(days, np.where(by_system, 3_600, at_noon)),
            "cost": blank(money(costs[number]), by_system),
            "expires_on": blank(dates(days + VALID_DAYS), event != 0),
        }
    )


def benefit_events(model: Model, days: range) -> pa.Table:
    """The events of some days; nothing is used that was granted before the history."""
    of_days = [np.concatenate([_day(model, number, on) for number in range(len(BENEFITS))], axis=1) for on in days]
    return _rows(model, np.concatenate(of_days, axis=1), np.repeat(np.array(days), [events.shape[1] for events in of_days]))
