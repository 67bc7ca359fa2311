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


@contextmanager
def opened(path: Path, schema: str) -> Iterator[sqlite3.Connection]:
    """A connection in one transaction, committed at the end and rolled back by an error; `schema` is created if missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=WAIT_SECONDS)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.executescript(schema)
        with connection:
            yield connection
