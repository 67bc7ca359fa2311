"""Days settled beforehand: things that come round every so often for each customer, and things that happen once.

Belongs here: who is due on a day, without looking at those who are not. Not here: what then happens (benefits.py, life.py).
So a year of days costs as much as the events in it, however many customers there are.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from demo.draws import Array, Draws


@dataclass(frozen=True)
class Cycle:
    """Whose turn it is on which day: index i is due when (day + phase[i]) is a multiple of `every`."""

    every: int
    phase: Array
    _order: Array = field(repr=False)
    _starts: Array = field(repr=False)

    @classmethod
    def of(cls, phase: Array, every: int) -> Cycle:
        phase = phase % every
        order = np.argsort(phase, kind="stable")
        return cls(every, phase, order, np.searchsorted(phase[order], np.arange(every + 1)))

    @classmethod
    def drawn(cls, draws: Draws, name: str, size: int, every: int) -> Cycle:
        """A cycle whose days are drawn by name."""
        return cls.of(draws.below(name, np.arange(size), every), every)

    def due(self, day: int) -> Array:
        """Who is due on a day, in rising order."""
        at = -day % self.every
        due: Array = self._order[self._starts[at] : self._starts[at + 1]]
        return due

    def turn(self, index: Array, day: int) -> Array:
        """How often each has come round by a day: what makes one turn's draws differ from the next one's."""
        turn: Array = (day + self.phase[index]) // self.every
        return turn

    def later(self, days: Array) -> Cycle:
        """The same turns, each index so many days later."""
        return Cycle.of(self.phase - days, self.every)


@dataclass(frozen=True)
class Agenda:
    """What happens once to each index, on a day of its own."""

    day: Array
    _order: Array = field(repr=False)

    @classmethod
    def of(cls, day: Array) -> Agenda:
        return cls(day, np.argsort(day, kind="stable"))

    def between(self, first: int, last: int) -> Array:
        """Whose day lies from `first` to `last`, in order of days."""
        start, end = np.searchsorted(self.day, [first, last + 1], sorter=self._order)
        due: Array = self._order[start:end]
        return due

    def due(self, day: int) -> Array:
        return self.between(day, day)
