"""What landed: the dated folders of a landing directory, and whether a date's drop is complete.

Belongs here: the layout `<landing>/<source>/<table>/<YYYY-MM-DD>/<file>`. Not here: what the files hold (drops.py opens
them, parse.py reads them), nor when to look (orchestration/).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from foundation.contract import Table

MANIFEST = "_manifest.json"
_UNFINISHED = (".tmp", ".part")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """What one table landed on one date. No files: it landed, and brought no row."""

    table: Table
    on: date
    folder: Path
    files: tuple[Path, ...]

    @property
    def manifest(self) -> Path:
        return self.folder / MANIFEST


def _folder_of(landing: Path, table: Table) -> Path:
    return landing / table.source / table.name


def _is_data(path: Path) -> bool:
    return path.name != MANIFEST and not path.name.startswith(".") and path.suffix not in _UNFINISHED


def files_in(folder: Path) -> tuple[Path, ...]:
    """A folder's data files by name: not its manifest, nothing hidden or unfinished."""
    return tuple(sorted(path for path in folder.iterdir() if _is_data(path)))


def _dated_folders(landing: Path, table: Table) -> Iterator[tuple[date, Path]]:
    folder = _folder_of(landing, table)
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.suffix in _UNFINISHED:
            continue
        on = _date_of(entry)
        if on is None:
            _log.warning("%s is left out: only folders named YYYY-MM-DD are read; rename or move it", entry)
        else:
            yield on, entry


def _date_of(entry: Path) -> date | None:
    try:
        on = date.fromisoformat(entry.name)
    except ValueError:
        return None
    return on if entry.name == str(on) and entry.is_dir() else None


def scan(landing: Path, tables: Iterable[Table], first: date, last: date) -> list[Batch]:
    """The batches dated `first` to `last`, both included: by table in the order given, then by date; files by name."""
    return [
        Batch(table=table, on=on, folder=folder, files=files_in(folder))
        for table in tables
        for on, folder in _dated_folders(landing, table)
        if first <= on <= last
    ]


def as_they_are(batches: Iterable[Batch]) -> list[Batch]:
    """Batches with the files that their folders hold by now: what came while they were waited for is of them, too."""
    return [replace(batch, files=files_in(batch.folder)) for batch in batches]


def first_landed_on(landing: Path, table: Table) -> date | None:
    """The first date for which the table has a folder; None: it never landed."""
    return next((on for on, _ in _dated_folders(landing, table)), None)


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
        folder = _folder_of(landing, table) / str(on)
        if not folder.is_dir():
            return False, f"{table.full_name} has no folder for {on}"
        if seconds_to_rest(folder, quiet_seconds=quiet_seconds, now=now):
            return False, f"{table.full_name} of {on} is still changing: no {MANIFEST}, and not quiet for {quiet_seconds:g} s"
    return True, f"all {len(awaited)} required tables have landed for {on}"


def _newest_change(folder: Path) -> float:
    """When anything in a folder was last written, in seconds since 1970."""
    # Unfinished files count: a copy under way is a folder that changes.
    return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))


def seconds_to_rest(folder: Path, *, quiet_seconds: float, now: float) -> float:
    """How long a folder must still stay as it is until it counts as whole: 0 with a manifest, or once it is quiet."""
    if (folder / MANIFEST).is_file():
        return 0.0
    return max(0.0, _newest_change(folder) + quiet_seconds - now)
