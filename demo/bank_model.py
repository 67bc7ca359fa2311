"""The whole bank as settled arrays, shared by everything that writes records.

Belongs here: one record that holds population, holdings and draws. Not here: balances (ledger.py), the dates' order (bank.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from demo import holdings as accounts
from demo import population as customers
from demo.columns import Column, numbered, plain
from demo.draws import Array, Draws
from demo.holdings import Holdings
from demo.people import People
from demo.population import Parameters, Population

_Built = TypeVar("_Built")
_DAYS_KEPT = 64


@dataclass(frozen=True, eq=False)  # each is itself alone, so that what is drawn from it can be cached
class Model:
    """Everything about the bank that does not depend on the day."""

    parameters: Parameters
    draws: Draws
    population: Population
    holdings: Holdings
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)
    _lately: dict[tuple[str, int], Any] = field(default_factory=dict, repr=False)

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

    def once(self, name: str, build: Callable[[], _Built]) -> _Built:
        """What is settled for all days, built when it is first asked for."""
        if name not in self._kept:
            self._kept[name] = build()
        built: _Built = self._kept[name]
        return built

    def lately(self, name: str, day: int, build: Callable[[], _Built]) -> _Built:
        """What a day brought, remembered for as long as later days ask for it."""
        if (name, day) not in self._lately:
            if day > self.first:  # the first date writes the whole history: table after table asks for all of its days
                for old in [key for key in self._lately if key[0] == name and key[1] < day - _DAYS_KEPT]:
                    del self._lately[old]
            self._lately[name, day] = build()
        built: _Built = self._lately[name, day]
        return built

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
