"""What landed: the dated folders of a landing directory, and the files in them.

Belongs here: the layout `<landing>/<source>/<table>/<YYYY-MM-DD>/<file>`. Not here: what the files hold (drops.py opens
them, parse.py reads them), nor whether all is there (rest.py).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from foundation.contract import Table
from integrations.sources.file_drop.manifest import MANIFEST

_UNFINISHED = (".tmp", ".part")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """What one table landed on one date. No files: it landed, and brought no row."""

    table: Table
    on: date
    folder: Path
    files: tuple[Path, ...]


def folder_of(landing: Path, table: Table) -> Path:
    return landing / table.source / table.name


def _is_data(path: Path) -> bool:
    return path.name != MANIFEST and not path.name.startswith(".") and path.suffix not in _UNFINISHED


def files_in(folder: Path) -> tuple[Path, ...]:
    """A folder's data files by name: not its manifest, nothing hidden or unfinished."""
    return tuple(sorted(path for path in folder.iterdir() if _is_data(path)))


def _dated_folders(landing: Path, table: Table) -> Iterator[tuple[date, Path]]:
    folder = folder_of(landing, table)
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


def left_out(landing: Path, tables: Iterable[Table]) -> list[Path]:
    """What lies where folders of sources and of their tables do, and is none that the contract knows: of it nothing is read."""
    known: dict[str, set[str]] = {}
    for table in tables:
        known.setdefault(table.source, set()).add(table.name)
    sources = _entries(landing)
    own = [path for path in sources if path.is_dir() and path.name in known]
    within = [path for source in own for path in _entries(source) if not (path.is_dir() and path.name in known[source.name])]
    return sorted([*(path for path in sources if path not in own), *within])


def _entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if not path.name.startswith(".") and path.suffix not in _UNFINISHED]


def first_landed_on(landing: Path, table: Table) -> date | None:
    """The first date for which the table has a folder; None: it never landed."""
    return next((on for on, _ in _dated_folders(landing, table)), None)
