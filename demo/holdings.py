"""Which accounts each customer opens, when, and how much they tend to hold.

Belongs here: what is settled about each account for ever, as arrays ordered by customer and slot. Not here: balances
(ledger.py) and their movements (flows.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from demo.days import FAR
from demo.draws import Array, Draws
from demo.population import RETAIL, Population
from demo.vocabulary import PRODUCT

DEMAND, TIME, WEALTH, FUND, INSURANCE, METAL, TRUST, CARD, LOAN = range(9)
SLOTS = 9
INVESTED = (TIME, WEALTH, FUND, INSURANCE, METAL, TRUST)


@dataclass(frozen=True)
class Holdings:
    """One entry per account."""

    customer: Array
    slot: Array
    product: Array  # index into vocabulary.PRODUCTS
    open_day: Array
    closed_day: Array
    term: Array  # days; 0 where there is no maturity
    target: Array  # cents
    limit: Array  # cents; 0 where there is none
    due: Array  # day of month; 0 where nothing falls due
    main: Array  # per customer: its demand account

    @property
    def size(self) -> int:
        return len(self.customer)

    @property
    def is_debt(self) -> Array:
        return self.slot >= CARD

    def numbers(self) -> Array:
        """Account numbers, as integers of 15 digits."""
        return (6217 * 10**9 + self.customer) * 100 + self.slot

    def matures(self, accounts: Array, day: int) -> Array:
        """The next maturity after a day (terms roll over); FAR where there is none."""
        term, opened = self.term[accounts], self.open_day[accounts]
        rolled = opened + ((np.maximum(day, opened) - opened) // np.maximum(term, 1) + 1) * term
        fixed = np.where(self.slot[accounts] == LOAN, opened + term, rolled)
        return np.where(term > 0, fixed, FAR)


def _chances(population: Population) -> Array:
    aum, retail = population.aum, population.kind == RETAIL
    chances = np.zeros((population.size, SLOTS))
    chances[:, DEMAND] = 1.0
    chances[:, TIME] = np.where(aum > 20_000, 0.4, 0.0)
    chances[:, WEALTH] = retail * np.select([aum > 500_000, aum > 10_000], [0.85, 0.5], 0.0)
    chances[:, FUND] = retail * np.select([aum > 500_000, aum > 5_000], [0.5, 0.28], 0.0)
    chances[:, INSURANCE] = retail * np.select([aum > 500_000, aum > 20_000], [0.35, 0.12], 0.0)
    chances[:, METAL] = retail * (aum > 5_000) * 0.06
    chances[:, TRUST] = retail * (aum > 3_000_000) * 0.5
    chances[:, CARD] = retail * (aum > 1_000) * 0.38
    chances[:, LOAN] = np.where(retail, (aum > 1_000) * 0.2, 0.35)
    return chances


def _products(draws: Draws, population: Population, customer: Array, slot: Array) -> Array:
    retail, u = population.kind[customer] == RETAIL, draws.uniform("product", customer * 10 + slot)
    rich = population.is_wealthy[customer]
    p = {code: np.full(len(customer), index) for code, index in PRODUCT.items()}
    options = (
        np.where(retail, p["D001"], p["D002"]),
        np.where(retail, np.where(u < 0.6, p["T001"], p["T003"]), p["T101"]),
        np.select([rich & (u < 0.3), u < 0.4, u < 0.8], [p["W004"], p["W001"], p["W002"]], p["W003"]),
        np.select([u < 0.4, u < 0.6, u < 0.85], [p["F001"], p["F002"], p["F003"]], p["F004"]),
        np.where(u < 0.5, p["I001"], p["I002"]),
        p["P001"],
        p["X001"],
        np.where(rich, p["C002"], p["C001"]),
        np.where(
            retail,
            np.select([u < 0.5, u < 0.85], [p["L002"], p["L001"]], p["L003"]),
            np.where(u < 0.8, p["B001"], p["B002"]),
        ),
    )
    return np.select([slot == number for number in range(SLOTS)], options)


def _open_days(draws: Draws, population: Population, customer: Array, slot: Array, history: int) -> Array:
    key, start = customer * 10 + slot, population.active_from[customer]
    late = draws.uniform("opens_late", key) < 0.22
    from_day = np.maximum(start, history) + 1
    later = from_day + (draws.uniform("account_opened", key) * 900).astype(np.int64)
    soon = np.where(population.open_day[customer] > history, start + 1 + draws.below("soon", key, 30), start)
    opened = np.where(slot == DEMAND, population.open_day[customer], np.where(late, later, soon))
    away = (opened >= population.silent_from[customer] - 30) & (opened < population.returns[customer])
    return np.where(away & (slot != DEMAND), FAR, opened)


def _targets(draws: Draws, population: Population, customer: Array, slot: Array, held: Array, product: Array) -> Array:
    weights = np.array([1.0, 1.2, 2.0, 0.8, 0.6, 0.2, 2.5, 0.0, 0.0])
    weight = weights[slot] * (0.5 + draws.uniform("weight", customer * 10 + slot))
    total = np.bincount(customer[held], weight[held], population.size)
    owned = population.aum[customer] * weight / np.maximum(total[customer], 1e-9)
    owed = np.exp(np.log(60_000.0) + 0.6 * draws.normal("owed", customer * 10 + slot))
    owed = np.where(product == PRODUCT["L002"], owed * 12, owed)
    return np.where(slot == LOAN, owed, owned)


def build(population: Population, history: int, draws: Draws) -> tuple[Population, Holdings]:
    """Every account the population has or will open, told of since the day `history`; and the population, in which whoever
    owes does not close."""
    index = np.arange(population.size, dtype=np.int64)
    chances = _chances(population)
    u = np.stack([draws.uniform("holds", index, slot + 1) for slot in range(SLOTS)], axis=1)
    customer, slot = np.nonzero(u < chances)
    key = customer * 10 + slot
    product = _products(draws, population, customer, slot)
    opened = _open_days(draws, population, customer, slot, history)
    targets = _targets(draws, population, customer, slot, opened < FAR, product)
    terms = np.array([0, 365, 0, 0, 0, 0, 730, 0, 1_095])
    term = np.where(product == PRODUCT["T003"], 1_095, np.where(product == PRODUCT["L002"], 7_300, terms[slot]))
    limit = np.maximum(np.round(population.income[customer] * 3.0, -3), 5_000.0)
    debts = np.bincount(customer[slot >= CARD], minlength=population.size)
    population = replace(population, closed_day=np.where(debts > 0, FAR, population.closed_day))
    return population, Holdings(
        customer=customer.astype(np.int64),
        slot=slot.astype(np.int64),
        product=product,
        open_day=opened,
        closed_day=population.closed_day[customer],
        term=term,
        target=np.round(targets * 100).astype(np.int64),
        limit=np.where(slot == CARD, limit * 100, 0).astype(np.int64),
        due=np.where(slot >= CARD, 1 + draws.below("due", key, 28), 0),
        main=np.flatnonzero(slot == DEMAND),
    )
