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
    empty where a table is judged as a whole; `sample_keys` names a few rows by key.
    """

    table: str
    expectation: str
    says: str
    severity: Severity
    passed: bool
    unexpected: int = 0
    sample_keys: tuple[str, ...] = ()
    dates: Mapping[date, int] = field(default_factory=dict)

    def sentence(self) -> str:
        """The failure for a person: what was expected, how many rows are against it, which for example."""
        example = f", e.g. {', '.join(self.sample_keys)}" if self.sample_keys else ""
        return f"{self.expectation}: {self.says} ({self.unexpected:,} rows do not conform{example})"
