"""Whether an error says that a disk has no room, whichever library raised it.

Belongs here: recognising it, and the sentence for people. Not here: catching it (assets/workspace.py, orchestration/commands.py).
Recognised by text: the same fault arrives as an OSError, from SQLite, from DuckDB, and from Dagster with one of these inside.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_SIGNS = (
    "No space left on device",
    "Disk quota exceeded",
    "File too large",  # a limit on the size of files
    "database or disk is full",
    "disk I/O error",  # what SQLite says of a write that a limit refused
    "max_temp_directory_size",  # DuckDB takes what is free on the disk as the bound of what it spills
)


class NoRoomError(RuntimeError):
    """A disk is full. The message says where, and what to do."""


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and those behind it."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def is_about_room(error: BaseException) -> bool:
    """Whether the error, or one behind it, says that there is no room."""
    return any(sign in str(each) for each in causes(error) for sign in _SIGNS)


def no_room(where: Path, error: BaseException) -> NoRoomError:
    """What a person is told instead of such an error. What the system said goes along where it names a file and no row."""
    said = next((str(each) for each in causes(error) if isinstance(each, OSError)), "")
    told = f" ({said})" if said else ""
    return NoRoomError(
        f"there is no room left on the disk of {where}{told}: free some and run the same again; what was finished stands,"
        " and nothing half written counts"
    )
