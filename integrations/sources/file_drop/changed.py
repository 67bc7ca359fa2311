"""Folders that hold something else by now than what was taken in of them: a file that came later, was replaced or went.

Belongs here: finding them. Not here: telling of them (assets/alerting.py). To take one in is to run its date again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date

from foundation.home import Home
from integrations.sources.file_drop.drops import open_drop
from integrations.sources.file_drop.errors import LandingError
from integrations.sources.file_drop.intake import content_id
from integrations.sources.file_drop.scan import Batch
from integrations.sources.registry import BatchResult

Known = Mapping[tuple[str, str, date], BatchResult]


def changed_since(batches: Iterable[Batch], known: Known, home: Home, *, time_zone: str) -> list[Batch]:
    """Those of the batches that were taken in (`known`) and now have other content. What could not be taken in is not looked at:
    its gate told of it.

    Files are read only where their times say that something happened since: after a whole landing was copied, once.
    """
    return [
        batch
        for batch in batches
        if (result := known.get((batch.table.source, batch.table.name, batch.on))) is not None
        and result.error is None
        and _is_changed(batch, result, home, time_zone)
    ]


def _is_changed(batch: Batch, result: BatchResult, home: Home, time_zone: str) -> bool:
    raw = home.raw_batch(batch.table.source, batch.table.name, batch.on)
    try:
        # times are kept in steps of milliseconds: what happened in the same one may have happened since
        if max(path.stat().st_mtime_ns for path in (batch.folder, *batch.files)) < raw.stat().st_mtime_ns:
            return False
        if content_id(batch.table, time_zone, [open_drop(path) for path in batch.files]) != result.content_id:
            return True
        os.utime(raw)  # alike: it need not be read again the next time
    except (LandingError, OSError):
        return True
    return False
