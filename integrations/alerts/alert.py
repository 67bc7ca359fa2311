"""What somebody is told at once: a gate that closed, a run that failed, a landing that is late or changed.

Belongs here: the record, and what makes two alerts the same. Not here: when one is raised (assets/alerting.py), keeping
(outbox.py), sending (webhook.py). An alert holds names, dates, counts and rules; never a customer's key or value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["gate.closed", "run.failed", "landing.late", "landing.changed"]


@dataclass(frozen=True)
class Alert:
    """One alert. `subject` says what it is about to the last detail that matters: the same subject is told once."""

    kind: Kind
    subject: str
    says: str
    data: Mapping[str, object]

    @property
    def alert_id(self) -> str:
        return "alert_" + hashlib.sha256(f"{self.kind}:{self.subject}".encode()).hexdigest()[:32]
