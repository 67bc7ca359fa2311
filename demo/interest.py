"""Who looks at a product in the app before buying it, and who only looks.

Belongs here: the visits that buying leaves behind in the app. Not here: the visits' rows (outside_records.py), the buying
(holdings.py). A mortgage is looked at most: on several of the thirty days before, and applied for on the eve.
"""

from __future__ import annotations

import numpy as np

from demo.bank_model import Model
from demo.cycles import Agenda, Cycle
from demo.draws import Array
from demo.holdings import FUND, INSURANCE, LOAN, WEALTH
from demo.population import RETAIL
from demo.vocabulary import PRODUCT

LOOKS_DAYS = 30
MORTGAGE = PRODUCT["L002"]
_MORTGAGE_RATE, _OTHER_RATE = 0.2, 0.05  # visits a day
_WINDOW_SHOPPING_EVERY = 900  # days between two looks at mortgages without buying one


def _purchases(model: Model) -> Agenda:
    h = model.holdings
    bought = np.isin(h.slot, (WEALTH, FUND, INSURANCE, LOAN)) & (model.population.kind[h.customer] == RETAIL)
    return Agenda.of(np.where(bought, h.open_day, -1))


def visits(model: Model, day: int) -> tuple[Array, Array, Array]:
    """Customers who look at a product on a day, in rising order and each once; the product, and whether they apply for it."""
    h, d = model.holdings, model.draws
    soon = model.once("purchases", lambda: _purchases(model)).between(day + 1, day + LOOKS_DAYS)
    applies = h.open_day[soon] == day + 1
    rate = np.where(h.product[soon] == MORTGAGE, _MORTGAGE_RATE, _OTHER_RATE)
    rate = np.where(applies, np.where(h.slot[soon] == LOAN, 1.0, 0.4), rate)
    looks = d.uniform("looks", soon, day) < rate
    soon, applies = soon[looks], applies[looks]
    size = model.population.size
    shopping = model.once("shopping", lambda: Cycle.drawn(d, "window_shopping", size, _WINDOW_SHOPPING_EVERY)).due(day)
    customer = np.concatenate([h.customer[soon], shopping])
    product = np.concatenate([h.product[soon], np.full(len(shopping), MORTGAGE)])
    applies = np.concatenate([applies, np.zeros(len(shopping), dtype=bool)])
    lively = model.population.activity(day, customer) > 0
    customer, first = np.unique(np.where(lively, customer, -1), return_index=True)
    known = customer >= 0
    return customer[known], product[first][known], applies[first][known]
