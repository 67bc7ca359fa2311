"""Opens the warehouse file, with the vault beside it.

Belongs here: how a connection is made. Not here: what is done over it (the neighbours, and dbt).
One process holds the file. Inside it every connection must be configured alike, so nothing is configured at opening;
limits are set on the connection afterwards, and dbt's profile sets the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from foundation.engine import UNHELD, Engine
from foundation.room import causes
from foundation.sql import quoted

# DuckDB keeps what it read of a file, and takes one that was replaced by another of the same size for the old one
FRESH_FILES = "set global enable_external_file_cache = false"
# what is committed goes into the file when it is closed, or after so much: by DuckDB's own measure a day's every step would wait
# for that. After a kill the next opening replays it
_SELDOM_TAKEN_IN = "set global checkpoint_threshold = '256MB'"


class WarehouseError(RuntimeError):
    """The warehouse cannot be used as asked. The message says what to do."""


def parquet(paths: Sequence[Path]) -> str:
    """The SQL relation over these Parquet files."""
    return "read_parquet([" + ", ".join(quoted(path) for path in paths) + "], union_by_name => true)"


# what DuckDB says of a file that is no longer what it wrote, or that another of its versions wrote; the same may be said of a
# Parquet file, so a sentence counts only where it speaks of a database
_DAMAGE = re.compile(
    r"not a valid DuckDB database|Corrupt database file|Corrupt WAL file|read a database file with version number"
    r"|Could not read enough bytes from file \"[^\"]*\.duckdb|Failed to load metadata pointer"
    r"|database has been invalidated because of a previous fatal error"
)


def is_damage(error: BaseException) -> bool:
    """Whether the error, or one behind it, says that a database file is damaged: a block in its midst shows only when read."""
    return any(_DAMAGE.search(str(each)) for each in causes(error))


def damaged(name: str = "warehouse.duckdb or vault.duckdb") -> WarehouseError:
    """What a person is told of a damaged file."""
    return WarehouseError(f"{name} is damaged; it is derived data: `make rebuild` builds it anew from the home's state")


def _refusal(path: Path, error: duckdb.Error) -> WarehouseError:
    """Why a file could not be opened, and the mend. DuckDB's own text goes along: it speaks of the file alone."""
    if "Could not set lock" in str(error):
        return WarehouseError(f"another process holds {path.name}: wait for its run to end, or close its reader")
    if is_damage(error):
        return damaged(path.name)
    return WarehouseError(f"{path.name} cannot be opened: {error}")


@contextmanager
def warehouse(path: Path, vault: Path, engine: Engine = UNHELD) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the warehouse with the vault attached as `vault`.

    Errors: WarehouseError, when another process holds one of the files, or one of them is found damaged at any time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(path))
    except duckdb.Error as error:
        raise _refusal(path, error) from error
    with closing(connection):
        try:
            connection.execute(f"attach if not exists {quoted(vault)} as vault; {FRESH_FILES}; {_SELDOM_TAKEN_IN}")
        except duckdb.Error as error:
            raise _refusal(vault, error) from error
        engine.hold(connection)
        try:
            yield connection
        except duckdb.Error as error:
            if is_damage(error):
                raise damaged() from error
            raise
