"""What stands in the delivery ledger: its records and the identity of a delivery.

Belongs here: shapes and names. Not here: how they are kept (ledger.py) and sent (sender.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol


class LedgerError(RuntimeError):
    """The ledger could not be read or written. What was committed stands; the message says what to mend."""


class Status(StrEnum):
    """Where a delivery stands. `acknowledged` and `rejected` are final."""

    PLANNED = "planned"
    SENDING = "sending"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        return self in (Status.ACKNOWLEDGED, Status.REJECTED)


def delivery_id(entry_id: str, destination: str, operation: str) -> str:
    """32 hex digits, the same for the same entry, destination and operation wherever and whenever it is asked."""
    return hashlib.sha256(f"{entry_id}|{destination}|{operation}".encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A delivery that a list entry calls for. No personal data: the sender joins that at the last moment."""

    business_date: date
    entry_id: str
    customer_id: str
    channel: str
    destination: str
    operation: str

    @property
    def delivery_id(self) -> str:
        return delivery_id(self.entry_id, self.destination, self.operation)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One row of the ledger, its fields in the order of the published contract. Times are the bank's local time."""

    delivery_id: str
    business_date: date
    entry_id: str
    customer_id: str
    channel: str
    destination: str
    operation: str
    idempotency_key: str
    status: Status
    attempts: int
    first_attempt_at: datetime | None
    last_attempt_at: datetime | None
    remote_id: str | None
    error_code: str | None
    error_detail: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Withheld:
    """Instead of a payload: this delivery must not or cannot be sent (expired, no number). It ends rejected with this code."""

    code: str
    reason: str


class Destination(Protocol):
    """Somewhere to deliver to. `send` returns the destination's own id; errors: DestinationError."""

    @property
    def name(self) -> str: ...

    @property
    def honours_idempotency_keys(self) -> bool: ...

    def send(self, payload: Any, /) -> str: ...


@dataclass(frozen=True, kw_only=True)
class SendSummary:
    """How the deliveries that were open stand after one sending, and which destinations were given up, with the reason."""

    counts: Mapping[str, Mapping[Status, int]]
    stopped: Mapping[str, str]

    def total(self, status: Status) -> int:
        return sum(by_status.get(status, 0) for by_status in self.counts.values())
