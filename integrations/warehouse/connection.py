"""Opens the warehouse file, with the vault beside it.

Belongs here: how a connection is made. Not here: what is done over it (the neighbours, and dbt).
One process holds the file. Inside it every connection must be configured alike, so nothing is configured at opening;
limits are set on the connection afterwards, and dbt's profile sets the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

# DuckDB keeps what it read of a file, and takes one that was replaced by another of the same size for the old one
FRESH_FILES = "set global enable_external_file_cache = false"


class WarehouseError(RuntimeError):
    """The warehouse cannot be used as asked. The message says what to do."""


def quoted(text: object) -> str:
    """A value as an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def parquet(paths: Sequence[Path]) -> str:
    """The SQL relation over these Parquet files."""
    return "read_parquet([" + ", ".join(quoted(path) for path in paths) + "], union_by_name => true)"


def _refusal(path: Path, error: duckdb.Error) -> WarehouseError:
    """Why a file could not be opened, and the mend. DuckDB's own text goes along: it speaks of the file alone."""
    if "Could not set lock" in str(error):
        return WarehouseError(f"another process holds {path.name}: wait for its run to end, or close its reader")
    if "not a valid DuckDB database" in str(error) or "Corrupt database" in str(error) or "Could not read enough" in str(error):
        return WarehouseError(f"{path.name} is no database any more; it is derived data: delete it and materialize again")
    return WarehouseError(f"{path.name} cannot be opened: {error}")


@contextmanager
def warehouse(path: Path, vault: Path, *, memory_limit: str | None = None, threads: int | None = None) -> Iterator[
    duckdb.DuckDBPyConnection
]:  # fmt: skip
    """A connection to the warehouse with the vault attached as `vault`.

    Errors: WarehouseError, when another process holds one of the files or one of them is not a database.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(path))
    except duckdb.Error as error:
        raise _refusal(path, error) from error
    with closing(connection):
        try:
            connection.execute(f"attach if not exists {quoted(vault)} as vault; {FRESH_FILES}")
        except duckdb.Error as error:
            raise _refusal(vault, error) from error
        if memory_limit:
            connection.execute(f"set memory_limit = {quoted(memory_limit)}")
        if threads:
            connection.execute(f"set threads = {threads}")
        yield connection
