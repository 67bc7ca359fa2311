"""What is settled about single days of customers' lives: the causes that the bank's figures later show.

Belongs here: whose day it is. Not here: what money then does (flows.py), what is written of it (the *_records.py, causes.py).
- grievance: a complaint some weeks before the money leaves, mostly answered late or never;
- windfall and large_outflow: a large sum arrives from elsewhere, or goes to pay for something large;
- salary_stop: the salary comes no more, although the customer stays.
"""

from __future__ import annotations

import numpy as np

from demo.bank_model import Model
from demo.cycles import Agenda
from demo.days import FAR

GRIEVANCE_SHARE = 0.3
GRIEVANCE_DAYS = (8, 38)  # before leaving


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
