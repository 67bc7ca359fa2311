"""The sandbox's clock: it plays somebody else's service, so it stamps what it receives with wall time.

Belongs here: that one reading. Not here: business dates, which the sandbox does not know.
"""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """This moment in the machine's time zone."""
    return datetime.now(UTC).astimezone()
