"""The whole bank as settled arrays, shared by everything that writes records.

Belongs here: one record that holds population, holdings and draws. Not here: balances (ledger.py), the dates' order (bank.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo import holdings as accounts
from demo import population as customers
from demo.columns import Column, numbered, plain
from demo.draws import Array, Draws
from demo.holdings import Holdings
from demo.people import People
from demo.population import Parameters, Population


@dataclass(frozen=True, eq=False)  # each is itself alone, so that what is drawn from it can be cached
class Model:
    """Everything about the bank that does not depend on the day."""

    parameters: Parameters
    draws: Draws
    population: Population
    holdings: Holdings

    @classmethod
    def build(cls, parameters: Parameters, last: int) -> Model:
        """The bank with all customer numbers given out up to the last day."""
        draws = Draws(parameters.seed)
        population = customers.build(parameters, parameters.size_on(last), draws)
        population, holdings = accounts.build(population, parameters.start, draws)
        return cls(parameters, draws, population, holdings)

    @property
    def first(self) -> int:
        return self.parameters.first

    @property
    def people(self) -> People:
        return self.population.people

    def customer_numbers(self, index: Array) -> Column:
        return numbered("C", index, 8)

    def account_numbers(self, accounts: Array) -> Column:
        return plain(self.holdings.numbers()[accounts])

    def joined(self, day: int) -> Array:
        """Customers to tell of on a day: all so far on the first date, afterwards the day's own."""
        opened = self.population.open_day
        return np.flatnonzero(opened <= day if day == self.first else opened == day)
