"""How a book of the home (an SQLite file) is opened: in a transaction, waiting for whoever else writes.

Belongs here: the one way to open one. Not here: what is written in it (expectations/verdicts.py, progress.py beside this file,
integrations/sources/registry.py and book.py). The delivery ledger has stricter needs and its own opening.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

WAIT_SECONDS = 30
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class BookError(RuntimeError):
    """A book cannot be read or written. The message names the file and the mend."""


def is_damaged(error: sqlite3.Error) -> bool:
    """Whether the file is no longer what SQLite wrote."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _DAMAGED


def damaged_book(path: Path, why: str) -> BookError:
    """What a person is told of a damaged book: it is state, which only a backup gives back."""
    return BookError(f"{path} is damaged ({why}); it is state: move the home aside and `make restore` your last backup")


def explained(path: Path, error: sqlite3.Error) -> BookError:
    """Why a book cannot be used, and the mend."""
    if is_damaged(error):
        return damaged_book(path, str(error))
    return BookError(f"{path} cannot be used: {error}")


@contextmanager
def opened(path: Path, schema: str) -> Iterator[sqlite3.Connection]:
    """A connection in one transaction, committed at the end and rolled back by an error; `schema` is created if missing.

    Errors: BookError, where the file is damaged, the disk is full, or another program keeps it too long.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as connection:
            connection.execute("pragma journal_mode = wal")
            connection.executescript(schema)
            with connection:
                yield connection
    except sqlite3.Error as error:
        raise explained(path, error) from error
