"""How much of the machine a DuckDB engine may take.

Belongs here: memory, threads, and where it writes what memory does not hold. Not here: which files it opens, what it is asked.
An engine that nobody holds takes four fifths of the machine's memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from foundation.settings import Settings
from foundation.sql import quoted


@dataclass(frozen=True)
class Engine:
    """Limits, each DuckDB's own where it is None. `spill`: a folder; beside its file, where the engine has one."""

    memory_limit: str | None = None
    threads: int | None = None
    spill: Path | None = None

    @classmethod
    def of(cls, settings: Settings, spill: Path | None = None) -> Engine:
        """What the settings say."""
        return cls(settings.duckdb_memory_limit, settings.duckdb_threads, spill)

    def hold(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Sets the limits of the engine behind a connection, and so of all connections to it."""
        if self.spill:
            connection.execute(f"set temp_directory = {quoted(self.spill)}")
        if self.memory_limit:
            connection.execute(f"set memory_limit = {quoted(self.memory_limit)}")
        if self.threads:
            connection.execute(f"set threads = {int(self.threads)}")


UNHELD = Engine()
