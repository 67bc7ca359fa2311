"""Opens the warehouse file, with the vault beside it.

Belongs here: how a connection is made. Not here: what is done over it (the neighbours, and dbt).
One process holds the file. Inside it every connection must be configured alike, so nothing is configured at opening;
limits are set on the connection afterwards, and dbt's profile sets the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb


class WarehouseError(RuntimeError):
    """The warehouse cannot be used as asked. The message says what to do."""


def quoted(text: object) -> str:
    """A value as an SQL string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def parquet(paths: Sequence[Path]) -> str:
    """The SQL relation over these Parquet files."""
    return "read_parquet([" + ", ".join(quoted(path) for path in paths) + "], union_by_name => true)"


@contextmanager
def warehouse(path: Path, vault: Path, *, memory_limit: str | None = None, threads: int | None = None) -> Iterator[
    duckdb.DuckDBPyConnection
]:  # fmt: skip
    """A connection to the warehouse with the vault attached as `vault`.

    Errors: WarehouseError, when another process holds the file or the file is not a database.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(str(path))
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise WarehouseError(f"another process holds {path.name}: wait for its run to end, or close its reader") from error
        raise WarehouseError(
            f"{path.name} cannot be opened as a database; it is derived data: delete it and materialize again"
        ) from error
    try:
        connection.execute(f"attach if not exists {quoted(vault)} as vault")
        if memory_limit:
            connection.execute(f"set memory_limit = {quoted(memory_limit)}")
        if threads:
            connection.execute(f"set threads = {threads}")
        yield connection
    finally:
        connection.close()
