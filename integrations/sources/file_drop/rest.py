"""Whether what landed is all there and has come to rest: a folder that is still written to is waited for, and never read half.

Belongs here: what rest is, and the wait. Not here: when a run starts (orchestration/), a file that changes while it is read
after all (intake.py).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

from foundation.contract import OWN_FILES, Table
from integrations.sources.file_drop.errors import LandingError, ManifestMismatchError, UnfinishedLandingError
from integrations.sources.file_drop.manifest import MANIFEST, read_manifest
from integrations.sources.file_drop.scan import Batch, files_in, first_landed_on, folder_of


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


def _not_at_rest(quiet_seconds: float) -> str:
    return f"no {MANIFEST} names all of it, and it was not quiet for {quiet_seconds:g} s"


def _unfinished(batch: Batch, quiet_seconds: float) -> LandingError:
    return UnfinishedLandingError(
        batch.folder,
        f"it is still changing: {_not_at_rest(quiet_seconds)}",
        "run the date again when it is whole, or land a manifest with it",
    )


def landing_is_complete(
    landing: Path, tables: Iterable[Table], on: date, *, quiet_seconds: float, now: float
) -> tuple[bool, str]:
    """Whether the drop of a date has all it needs, and why not.

    Each required table that ever landed up to `on` needs a folder of that date, and each such folder a manifest or
    `quiet_seconds` without a change. `now` is given in seconds since 1970, as file times are.
    """
    awaited = [table for table in tables if table.required and (first_landed_on(landing, table) or date.max) <= on]
    if not awaited:
        return False, f"no required table has landed up to {on}"
    for table in awaited:
        folder = folder_of(landing, table) / str(on)
        if not folder.is_dir():
            return False, f"{table.full_name} has no folder for {on}"
        if seconds_to_rest(folder, quiet_seconds=quiet_seconds, now=now):
            return False, f"{table.full_name} of {on} is still changing: {_not_at_rest(quiet_seconds)}"
    return True, f"all {len(awaited)} required tables have landed for {on}"


def seconds_to_rest(folder: Path, *, quiet_seconds: float, now: float) -> float:
    """How long a folder must still stay as it is until it counts as whole: 0 once all is there that its manifest names; what
    that does not name, and a folder without one, must have been quiet."""
    try:
        manifest = read_manifest(folder)
    except ManifestMismatchError:
        return 0.0  # reading the folder tells what is wrong with it
    if manifest is None:
        changed = _newest_change((folder, *folder.iterdir()))
    elif manifest.files is None:
        return 0.0
    else:
        files = files_in(folder)
        is_all_there = manifest.files.keys() <= {path.name for path in files}
        # own files appear whole
        others = [path for path in files if path.name not in manifest.files and not path.name.startswith(OWN_FILES)]
        changed = _newest_change(others if is_all_there else (folder, *folder.iterdir()))
    return max(0.0, changed + quiet_seconds - now)


def _newest_change(paths: Iterable[Path]) -> float:
    """When one of these was last written, in seconds since 1970. Unfinished files count, too: a copy under way
    is a folder that changes."""
    return max((path.stat().st_mtime for path in paths), default=-math.inf)
