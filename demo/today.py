"""One day of the bank, as its flows see it.

Belongs here: what flows.py and spending.py share. Not here: the flows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.days import to_date
from demo.draws import Array, Draws
from demo.holdings import Holdings
from demo.ledger import IN, Ledger
from demo.population import Population


@dataclass
class Day:
    """One day of the bank, and what its flows need to know."""

    day: int
    draws: Draws
    population: Population
    holdings: Holdings
    ledger: Ledger
    activity: Array  # per customer
    is_open: Array  # per account
    windfalls: Array  # customers to whom something large comes today
    large_outlays: Array  # and who pay for something large

    @property
    def day_of_month(self) -> int:
        return to_date(self.day).day

    def uniform(self, name: str, index: Array) -> Array:
        return self.draws.uniform(name, index, self.day)

    def mains(self, customers: Array) -> Array:
        return self.holdings.main[customers]

    def spendable(self, customers: Array) -> Array:
        return self.ledger.balance[self.mains(customers)]


def cents(yuan: Array) -> Array:
    return np.round(yuan * 100).astype(np.int64)


def bring(today: Day, customers: Array, amount: Array, channel: str = "mobile") -> None:
    """Money arrives from another bank."""
    today.ledger.post(today.mains(customers), IN, amount, "transfer", channel)
