"""What is settled about single days of customers' lives: the causes that the bank's figures later show.

Belongs here: whose day it is. Not here: what money then does (flows.py), what is written of it (the *_records.py, causes.py).
- grievance: a complaint some weeks before the money leaves, mostly answered late or never;
- windfall and large outlay: a large sum arrives from elsewhere, or goes to pay for something large.
"""

from __future__ import annotations

import numpy as np

from demo.bank_model import Model
from demo.cycles import Agenda, Cycle
from demo.days import FAR
from demo.draws import Array

GRIEVANCE_SHARE = 0.3
GRIEVANCE_DAYS = (8, 38)  # before leaving
WINDFALL_EVERY, OUTLAY_EVERY = 1_900, 1_300  # days between two of a customer's
OUTLAY_LEAST = 20_000.0  # yuan that one must tend to own


def grievances(model: Model) -> Agenda:
    """The complaint before leaving, by customer."""

    def build() -> Agenda:
        p, d = model.population, model.draws
        index = np.arange(p.size)
        soonest, latest = GRIEVANCE_DAYS
        on = p.leave_day - soonest - d.below("grievance/days", index, latest - soonest)
        aggrieved = (p.leave_day < FAR) & (d.uniform("grievance", index) < GRIEVANCE_SHARE) & (on > p.active_from)
        return Agenda.of(np.where(aggrieved, on, FAR))

    return model.once("grievances", build)


def _lively(model: Model, name: str, every: int, day: int) -> Array:
    """Whose turn it is, apart from some of those who are about to drift away."""
    cycle = model.once(name, lambda: Cycle.drawn(model.draws, name, model.population.size, every))
    who = cycle.due(day)
    chosen: Array = who[model.draws.uniform(f"{name}/happens", who, day) < model.population.activity(day, who)]
    return chosen


def windfalls(model: Model, day: int) -> Array:
    """Customers who bring a large sum from elsewhere on a day."""
    return _lively(model, "windfall", WINDFALL_EVERY, day)


def large_outlays(model: Model, day: int) -> Array:
    """People who pay for something large on a day."""
    p, who = model.population, _lively(model, "large_outlay", OUTLAY_EVERY, day)
    chosen: Array = who[~p.is_organisation[who] & (p.aum[who] >= OUTLAY_LEAST)]
    return chosen
