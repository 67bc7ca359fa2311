"""Whether what landed has come to rest: a folder that is still written to is waited for, and never read half.

Belongs here: the wait. Not here: what rest is (scan.py), when a run starts (orchestration/), a file that changes while it
is read after all (intake.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from integrations.sources.file_drop.errors import LandingError, UnfinishedLandingError
from integrations.sources.file_drop.scan import MANIFEST, Batch, seconds_to_rest


def wait_for_rest(
    batches: Sequence[Batch],
    *,
    quiet_seconds: float,
    patience_seconds: float,
    tell: Callable[[str], object],
    now: Callable[[], float] = time.time,
    pause: Callable[[float], object] = time.sleep,
) -> dict[Batch, LandingError]:
    """Waits until every folder is whole, `patience_seconds` at most; what still changes then comes back with its error."""
    if not quiet_seconds:
        return {}
    until = now() + patience_seconds
    while True:
        at = now()
        left = {batch: seconds_to_rest(batch.folder, quiet_seconds=quiet_seconds, now=at) for batch in batches}
        moving = {batch: seconds for batch, seconds in left.items() if seconds > 0}
        if not moving or at >= until:
            return {batch: _unfinished(batch, quiet_seconds) for batch in moving}
        seconds = min(max(moving.values()), until - at)
        folder = next(iter(moving)).folder
        tell(f"{len(moving)} landing folder(s) changed a moment ago, {folder} among them; waiting {seconds:.0f} s")
        pause(seconds)


def _unfinished(batch: Batch, quiet_seconds: float) -> LandingError:
    return UnfinishedLandingError(
        batch.folder,
        f"it is still changing: no {MANIFEST}, and not quiet for {quiet_seconds:g} s",
        "run the date again when it is whole, or land a manifest with it",
    )
