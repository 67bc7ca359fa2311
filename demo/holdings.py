"""Which accounts each customer opens, when, and how much they tend to hold.

Belongs here: what is settled about each account for ever, as arrays ordered by customer and slot. Not here: balances
(ledger.py) and their movements (flows.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from demo.days import FAR
from demo.draws import Array, Draws
from demo.population import CORPORATE, RETAIL, Population
from demo.vocabulary import FIRST_RATES, PRODUCT, PRODUCTS

DEMAND, TIME, WEALTH, FUND, INSURANCE, METAL, TRUST, CARD, LOAN, FOREIGN, WALLET, PAYROLL = range(12)
SLOTS = 12
WITHDRAWN_DAYS = 300  # before the history, from when on withdrawn products were no longer sold
REINVESTED_SHARE = 0.7  # of what matures
LEAVING_SHARE = 0.35  # of what matures and is not reinvested
STAYS, REDEEMED, LEFT = range(3)


@dataclass(frozen=True)
class Affinity:
    """Whoever has one product buys another more often (by a factor), a share of them within so many days."""

    has: int
    buys: int
    factor: float
    share: float
    within_days: int


AFFINITIES = (Affinity(FUND, INSURANCE, 2.2, 0.6, 45), Affinity(TIME, METAL, 3.0, 0.6, 30))


@dataclass(frozen=True)
class Holdings:
    """One entry per account."""

    customer: Array
    slot: Array
    product: Array  # index into vocabulary.PRODUCTS
    open_day: Array
    closed_day: Array
    maturing: Array  # what becomes of it on closed_day: STAYS (the customer closes it, or nobody), REDEEMED, LEFT the bank
    term: Array  # days; 0 where there is no maturity
    currency: Array  # index into vocabulary.CURRENCIES
    target: Array  # cents of the currency
    limit: Array  # cents; 0 where there is none
    due: Array  # day of month; 0 where nothing falls due
    main: Array  # per customer: its demand account

    @property
    def size(self) -> int:
        return len(self.customer)

    @property
    def is_debt(self) -> Array:
        debt: Array = (self.slot == CARD) | (self.slot == LOAN)
        return debt

    def numbers(self) -> Array:
        """Account numbers, as integers of 15 digits."""
        return (6217 * 10**9 + self.customer) * 100 + self.slot

    def matures(self, accounts: Array, day: int) -> Array:
        """The next maturity after a day (terms roll over), the last one of a closed account; FAR where there is none."""
        term, opened = self.term[accounts], self.open_day[accounts]
        on = np.maximum(np.minimum(day, self.closed_day[accounts] - 1), opened)
        rolled = opened + ((on - opened) // np.maximum(term, 1) + 1) * term
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
    chances[:, FOREIGN] = np.where(retail, (aum > 50_000) * 0.12, 0.15)
    chances[:, WALLET] = retail * (aum > 1_000) * 0.08
    chances[:, PAYROLL] = np.where(retail, 0.0, np.where(population.kind == CORPORATE, 1.0, 0.1) * ~population.pays_elsewhere)
    return chances


def _key(customer: Array, slot: Array) -> Array:
    key: Array = customer * 10 + slot % 10 + 10**11 * (slot // 10)
    return key


def _held(draws: Draws, population: Population) -> tuple[Array, Array]:
    """Customer and slot of every account, in this order."""
    index = np.arange(population.size, dtype=np.int64)
    chances = _chances(population)
    u = np.stack([draws.uniform("holds", index, slot + 1) for slot in range(SLOTS)], axis=1)
    for affinity in AFFINITIES:
        likes = u[:, affinity.has] < chances[:, affinity.has]
        chances[:, affinity.buys] *= np.where(likes, affinity.factor, 1.0)
    customer, slot = np.nonzero(u < chances)
    return customer.astype(np.int64), slot.astype(np.int64)


def _products(draws: Draws, population: Population, customer: Array, slot: Array) -> Array:
    retail, u = population.kind[customer] == RETAIL, draws.uniform("product", _key(customer, slot))
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
        p["D003"],
        p["E001"],
        p["S001"],
    )
    return np.select([slot == number for number in range(SLOTS)], options)


def _open_days(draws: Draws, population: Population, customer: Array, slot: Array, history: int) -> Array:
    key, start = _key(customer, slot), population.active_from[customer]
    late = draws.uniform("opens_late", key) < np.where(slot == LOAN, 0.5, 0.22)
    from_day = np.maximum(start, history) + 1
    later = from_day + (draws.uniform("account_opened", key) * 900).astype(np.int64)
    soon = np.where(population.open_day[customer] > history, start + 1 + draws.below("soon", key, 30), start)
    opened = np.where(slot == DEMAND, population.open_day[customer], np.where(late, later, soon))
    opened = _drawn_by_affinity(draws, customer, slot, opened, population.size)
    away = (opened >= population.silent_from[customer] - 30) & (opened < population.returns[customer])
    return np.where(away & (slot != DEMAND), FAR, opened)


def _drawn_by_affinity(draws: Draws, customer: Array, slot: Array, opened: Array, size: int) -> Array:
    """Opening days, some soon after that of the product which made the customer want this one."""
    for affinity in AFFINITIES:
        having, buying = np.flatnonzero(slot == affinity.has), np.flatnonzero(slot == affinity.buys)
        first = np.full(size, FAR)
        first[customer[having]] = opened[having]
        key = _key(customer[buying], slot[buying])
        after = first[customer[buying]] + 1 + draws.below("affinity/days", key, affinity.within_days)
        follows = (first[customer[buying]] < FAR) & (draws.uniform("affinity", key) < affinity.share)
        opened = opened.copy()
        opened[buying] = np.where(follows, after, opened[buying])
    return opened


def _maturing(draws: Draws, population: Population, accounts: tuple[Array, ...], history: int) -> tuple[Array, Array]:
    """What becomes of deposits and wealth products at the maturity at which they are not reinvested, and when (FAR: never)."""
    customer, slot, opened, term = accounts
    key = _key(customer, slot)
    matures = ((slot == TIME) | (slot == WEALTH)) & (term > 0) & (opened < FAR)
    length = np.maximum(term, 1)
    before = np.maximum(-(-(history + 1 - opened) // length), 1)  # the first term that ends within the history, or later
    again = np.floor(np.log(1.0 - draws.uniform("matures", key)) / np.log(REINVESTED_SHARE)).astype(np.int64)
    day = np.where(matures, opened + length * (before + again), FAR)
    decides = matures & (population.activity(day, customer) > 0)
    choice = np.where(draws.uniform("matures/leaves", key) < LEAVING_SHARE, LEFT, REDEEMED)
    return np.where(decides, choice, STAYS), np.where(decides, day, FAR)


def _targets(draws: Draws, population: Population, customer: Array, slot: Array, held: Array, product: Array) -> Array:
    weights = np.array([1.0, 1.2, 2.0, 0.8, 0.6, 0.2, 2.5, 0.0, 0.0, 0.5, 0.0, 0.0])
    key = _key(customer, slot)
    weight = weights[slot] * (0.5 + draws.uniform("weight", key))
    total = np.bincount(customer[held], weight[held], population.size)
    owned = population.aum[customer] * weight / np.maximum(total[customer], 1e-9)
    owned = np.where(slot == WALLET, 100.0 + 700.0 * draws.uniform("weight", key), owned)
    owed = np.exp(np.log(60_000.0) + 0.6 * draws.normal("owed", key))
    owed = np.where(product == PRODUCT["L002"], owed * 12, owed)
    return np.where(slot == LOAN, owed, owned)


def build(population: Population, history: int, draws: Draws) -> tuple[Population, Holdings]:
    """Every account the population has or will open, told of since the day `history`; and the population, in which whoever
    owes does not close."""
    customer, slot = _held(draws, population)
    key = _key(customer, slot)
    product = _products(draws, population, customer, slot)
    opened = _open_days(draws, population, customer, slot, history)
    targets = _targets(draws, population, customer, slot, opened < FAR, product)
    old = (product == PRODUCT["W002"]) & (opened < history - WITHDRAWN_DAYS) & (draws.uniform("withdrawn", key) < 0.4)
    product = np.where(old, PRODUCT["W005"], product)
    term = np.array([item.term for item in PRODUCTS])[product]
    currency = np.where(slot == FOREIGN, np.where(draws.uniform("currency", key) < 0.65, 1, 2), 0)
    rate = np.array(FIRST_RATES)[currency]
    limit = np.maximum(np.round(population.income[customer] * 3.0, -3), 5_000.0)
    is_debt = (slot == CARD) | (slot == LOAN)
    debts = np.bincount(customer[is_debt], minlength=population.size)
    population = replace(population, closed_day=np.where(debts > 0, FAR, population.closed_day))
    maturing, matured = _maturing(draws, population, (customer, slot, opened, term), history)
    closed = population.closed_day[customer]
    return population, Holdings(
        customer=customer,
        slot=slot,
        product=product,
        open_day=opened,
        closed_day=np.minimum(closed, matured),
        maturing=np.where(matured < closed, maturing, STAYS),
        term=term,
        currency=currency,
        target=np.round(targets / rate * 100).astype(np.int64),
        limit=np.where(slot == CARD, limit * 100, 0).astype(np.int64),
        due=np.where(is_debt, 1 + draws.below("due", key, 28), 0),
        main=np.flatnonzero(slot == DEMAND),
    )
