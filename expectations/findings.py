"""What a gate found: one expectation's result, in words that hold no personal data.

Belongs here: the record and how it reads. Not here: how it is found (validate.py) or kept (verdicts.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Severity = Literal["critical", "warning"]


@dataclass(frozen=True)
class Finding:
    """One expectation of one table, tried.

    `unexpected` counts the rows that do not conform; `dates` splits them by the date on which they landed (gate 1) and is
    empty where a table is judged as a whole; `sample_keys` names a few rows by key, and `keys_on` a few of each date;
    `told` says of a date what a count of rows does not (a number beside its bounds).
    """

    table: str
    expectation: str
    says: str
    severity: Severity
    passed: bool
    unexpected: int = 0
    sample_keys: tuple[str, ...] = ()
    dates: Mapping[date, int] = field(default_factory=dict)
    keys_on: Mapping[date, tuple[str, ...]] = field(default_factory=dict, compare=False)
    told: Mapping[date, str] = field(default_factory=dict)

    def failure(self, on: date) -> str:
        """The failure on one date, without a key."""
        return f"{self.expectation}: {self.says} ({self.told.get(on) or f'{self.dates[on]:,} rows'})"

    def sentence(self) -> str:
        """The failure for a person: what was expected, how many rows are against it, which for example."""
        if self.told:
            dates = "; ".join(f"{on}: {told}" for on, told in list(self.told.items())[:3])
            return f"{self.expectation}: {self.says} ({dates})"
        example = f", e.g. {', '.join(self.sample_keys)}" if self.sample_keys else ""
        return f"{self.expectation}: {self.says} ({self.unexpected:,} rows do not conform{example})"
