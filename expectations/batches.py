"""What gate 1 is asked about: batches, dates on which nothing came, and how much is too much.

Belongs here: these records. Not here: judging by them (landing.py), learning from them (learned.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from expectations.recent import Freshness, recent_entries
from foundation.contract import Table


@dataclass(frozen=True)
class Landed:
    """One batch to be judged: a table's raw rows of one date, or the reason why there are none."""

    table: Table
    on: date
    file: Path
    rows_landed: int
    rows_quarantined: int
    content_id: str = ""
    error: str | None = None


@dataclass(frozen=True)
class Stale:
    """A date on which a table brought no folder, and its last one was older than its entry allows."""

    table: Table
    on: date
    last_on: date
    freshness: Freshness

    @property
    def told(self) -> str:
        days = (self.on - self.last_on).days
        return f"landed last on {self.last_on}, {days} days before; {self.freshness.max_age_days} are allowed"


@dataclass(frozen=True)
class Learning:
    """From how much of a table's past its bounds are learned, and how wide they are. Spreads are of the logarithm of a date's
    rows: 0.2 is about a fifth up or down; a width counts spreads."""

    recent_days: int = 28
    least_days: int = 7
    least_rows: int = 100
    width: float = 4.0
    closing_width: float = 10.0
    least_spread: float = 0.2
    drift: float = 0.25


@dataclass(frozen=True)
class Limits:
    """How much is too much. Ratios between 0 and 1; `tolerated_rows` bad rows never close a gate."""

    max_quarantine_ratio: float
    min_reference_ratio: float
    tolerated_rows: int
    learning: Learning = field(default_factory=Learning)


def stale_dates(landed: Sequence[Landed], first: date, last: date) -> list[Stale]:
    """Every date of a run on which a table has no folder and its last one is too old. A table that never landed is absent."""
    days = [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]
    found = []
    for table, entry in recent_entries().items():
        if entry.freshness is None:
            continue
        dates = sorted(batch.on for batch in landed if batch.table == table)
        for on in days:
            before = [each for each in dates if each <= on][-1:]
            if before and (on - before[0]).days > entry.freshness.max_age_days:
                found.append(Stale(table, on, before[0], entry.freshness))
    return found
