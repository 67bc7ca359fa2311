"""Ways in which the sandbox can misbehave, as real destinations do: so that retries are tried against the real thing.

Belongs here: which request meets which fault. Not here: how a fault looks on the wire (app.py, server.py).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum


class Fault(StrEnum):
    UNAVAILABLE = "unavailable"  # 503, nothing kept
    BUSY = "busy"  # 429 with Retry-After, nothing kept
    LOST = "lost"  # kept, but the connection closes without an answer
    SLOW = "slow"  # kept, and answered late


@dataclass(frozen=True)
class Faults:
    """How many requests meet each fault, counted from the start of the server, one kind after the other in this order."""

    unavailable_first: int = 0
    busy_first: int = 0
    lose_first: int = 0
    slow_first: int = 0
    retry_after_seconds: int = 1
    slow_seconds: float = 1.0

    def of(self, number: int) -> Fault | None:
        """The fault of the request with this number, counted from 1."""
        last = 0
        for fault, count in (
            (Fault.UNAVAILABLE, self.unavailable_first),
            (Fault.BUSY, self.busy_first),
            (Fault.LOST, self.lose_first),
            (Fault.SLOW, self.slow_first),
        ):
            last += count
            if number <= last:
                return fault
        return None

    def as_options(self) -> list[str]:
        """The command line that gives a server these faults."""
        return [part for name, value in asdict(self).items() for part in (f"--{name.replace('_', '-')}", str(value))]
