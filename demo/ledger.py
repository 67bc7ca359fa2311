"""Balances of all accounts, and the legs posted to them on a day.

Belongs here: the rule that a balance moves by its postings alone (and by valuation, for what has a price). Not here: who
pays whom (flows.py), how a posting is written to a file (core_records.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from demo.draws import Array, Draws
from demo.vocabulary import CHANNEL, TYPE

IN, OUT = 0, 1


@dataclass(frozen=True)
class Postings:
    """The legs of one or several days in order of time. Amounts are cents, never negative."""

    day: Array
    number: Array  # from 1 within its day
    seconds: Array
    account: Array
    direction: Array
    cents: Array
    kind: Array
    channel: Array

    def __len__(self) -> int:
        return len(self.day)

    @staticmethod
    def joined(parts: list[Postings]) -> Postings:
        return Postings(*(np.concatenate([getattr(part, name) for part in parts]) for name in Postings.__dataclass_fields__))


@dataclass
class Ledger:
    """Cents per account; what is owed counts up on cards and loans."""

    is_debt: Array
    balance: Array
    missed: Array  # instalments in arrears
    changed: Array
    _legs: list[tuple[Array, Array, Array, Array, Array]] = field(default_factory=list)

    @classmethod
    def empty(cls, is_debt: Array) -> Ledger:
        size = len(is_debt)
        return cls(is_debt, np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool))

    def post(self, account: Array, direction: int, cents: Array, kind: str, channel: str | Array) -> None:
        """Move the balances and remember the legs; legs of no amount are left out."""
        channels = np.full(len(account), CHANNEL[channel]) if isinstance(channel, str) else channel
        moved = cents > 0
        account, cents = account[moved], cents[moved].astype(np.int64)
        signed = np.where(self.is_debt[account] == (direction == OUT), cents, -cents)
        np.add.at(self.balance, account, signed)
        self.changed[account] = True
        size = len(account)
        self._legs.append((account, np.full(size, direction), cents, np.full(size, TYPE[kind]), channels[moved]))

    def post_kinds(self, account: Array, direction: int, cents: Array, kinds: Array, channels: Array) -> None:
        """Like post, for legs of several types at once."""
        self.post(account, direction, cents, "other", channels)
        posted = self._legs.pop()
        self._legs.append((posted[0], posted[1], posted[2], kinds[cents > 0], posted[4]))

    def value(self, account: Array, cents: Array) -> None:
        """Set what an investment is worth, without a posting."""
        self.changed[account] |= self.balance[account] != cents
        self.balance[account] = cents

    def close_day(self, day: int, draws: Draws) -> Postings:
        """The day's legs in order of time; the next day starts empty."""
        legs, self._legs = self._legs, []
        none = np.zeros(0, dtype=np.int64)
        account, direction, cents, kind, channel = (
            tuple(np.concatenate(part) for part in zip(*legs, strict=True)) if legs else (none,) * 5
        )
        u = draws.uniform("seconds", np.arange(len(account)), day)
        by_system = channel == CHANNEL["system"]
        seconds = np.where(by_system, u * 6 * 3_600, np.where(direction == IN, 6 + u * 4, 10 + u * 13.5) * 3_600).astype(np.int64)
        seconds = np.where(by_system, u * 6 * 3_600, seconds).astype(np.int64)
        order = np.argsort(seconds, kind="stable")
        numbers = np.arange(1, len(order) + 1)
        parts = (part[order] for part in (seconds, account, direction, cents, kind, channel))
        return Postings(np.full(len(order), day, dtype=np.int64), numbers, *parts)
