"""Everything that can go wrong with a destination, as one tree.

    DestinationError
    ├── NotTaken               the destination certainly did nothing: the same may be sent again at any time
    │   ├── Unreachable        no connection was made
    │   ├── Busy               it asked for patience (429) until the attempts were used up
    │   └── Misconfigured      our token or address is wrong: nothing will be taken before somebody mends it
    ├── Rejected               it read what we sent and refused it, with a code and a reason: final
    └── OutcomeUnknown         it may or may not have done it: only safe to repeat under the same idempotency key

Belongs here: what a caller must be able to tell apart. Not here: how an answer is read (http.py), what follows from it
(delivery/sender.py). No message carries personal data: reasons are masked before an error is raised.
"""

from __future__ import annotations


class DestinationError(Exception):
    """A destination did not acknowledge. `code` is a short stable word for tables, `reason` a sentence for people."""

    def __init__(self, destination: str, *, code: str, reason: str) -> None:
        super().__init__(f"{destination}: {reason} [{code}]")
        self.destination = destination
        self.code = code
        self.reason = reason


class NotTaken(DestinationError):  # noqa: N818 - the name says what happened
    """The destination certainly did nothing with the request."""


class Unreachable(NotTaken):
    """No connection could be made in any attempt: nothing was sent."""


class Busy(NotTaken):
    """The destination asked to come back later; `retry_after_seconds` when it said how much later."""

    def __init__(self, destination: str, *, code: str, reason: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(destination, code=code, reason=reason)
        self.retry_after_seconds = retry_after_seconds


class Misconfigured(NotTaken):
    """Token, address or certificate is wrong on our side. The reason names the mend."""


class Rejected(DestinationError):  # noqa: N818 - the name says what happened
    """The destination refused the content. `status` is the HTTP status, `code` and `reason` are the destination's own."""

    def __init__(self, destination: str, *, status: int, code: str, reason: str) -> None:
        super().__init__(destination, code=code, reason=reason)
        self.status = status


class OutcomeUnknown(DestinationError):  # noqa: N818 - the name says what happened
    """No answer, or none that tells whether the request was carried out."""
