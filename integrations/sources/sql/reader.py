"""Reading a database: one read-only transaction for all tables of a connection, streamed in chunks into Parquet.

Belongs here: connecting, the session, the stream. Not here: which rows (statement.py), what errors say (faults.py), when the
folder gets its name (folders.py). Only a chunk of rows is ever held. On PostgreSQL the tables of a connection are one
snapshot (repeatable read); on SQLite too, by its one transaction; other databases give what their default isolation gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import SecretStr
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from foundation.contract import Table
from integrations.sources.asked import Asked, Brought, check_most
from integrations.sources.entries import ChangedSince
from integrations.sources.errors import SourceRefused, SourceUnreadable
from integrations.sources.folders import emptied
from integrations.sources.marks import Mark, highest
from integrations.sources.sql.entry import SqlConnection, SqlEntry
from integrations.sources.sql.faults import place, told
from integrations.sources.sql.statement import MARK, statement
from integrations.sources.texts import landed_texts

FILE = "rows.parquet"
_CONNECT_SECONDS = 15
# read as PostgreSQL writes them: exact, and a date that Python cannot hold (infinity, 44 BC) is no error but a value to judge
_AS_TEXT = (
    "int2", "int4", "int8", "numeric", "float4", "float8", "date", "time", "timetz", "timestamp", "timestamptz", "interval",
    "uuid", "json", "jsonb",
)  # fmt: skip


def _url(address: SecretStr) -> URL:
    try:
        url = make_url(address.get_secret_value())
    except ArgumentError:
        raise SourceRefused("its address is no SQLAlchemy URL; write one such as postgresql://user:password@host/name") from None
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def _is_postgresql(url: URL) -> bool:
    return url.get_backend_name() == "postgresql"


class SqlReader:
    """An open transaction of one database."""

    def __init__(self, connection: Connection, where: str) -> None:
        self._connection = connection
        self._where = where

    def read(self, asked: Asked, folder: Path) -> Brought:
        """Writes the entry's rows into the folder. Errors: SourceUnavailable, SourceRefused, SourceUnreadable."""
        assert isinstance(asked.entry, SqlEntry)  # noqa: S101 - the mapping gives each connection its own kind of entry
        changes = asked.entry.changes
        if self._connection.dialect.name == "sqlite" and isinstance(changes, ChangedSince) and changes.type == "timestamp":
            raise SourceUnreadable("changes: SQLite keeps timestamps as text and compares them so; say type: text")
        try:
            with self._connection.begin_nested():
                return self._stream(asked.entry, asked, emptied(folder) / FILE)
        except SQLAlchemyError as error:
            raise told(error, self._where) from None

    def _stream(self, entry: SqlEntry, asked: Asked, path: Path) -> Brought:
        rows, mark = 0, asked.mark
        schema = pa.schema([(name, pa.string()) for name in entry.columns])
        result = self._connection.execute(statement(entry, asked), execution_options={"yield_per": entry.chunk_rows})
        with result, pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for chunk in result.partitions():
                columns = dict(zip(result.keys(), zip(*chunk, strict=True), strict=True))
                rows += len(chunk)
                check_most(entry, rows)
                mark = _read_to(entry, asked, columns, mark)
                writer.write_table(_as_table(asked.table, columns, schema, asked.own_zone))
        if not rows:
            path.unlink()
        return Brought(rows, mark)


def _read_to(entry: SqlEntry, asked: Asked, columns: dict[str, Any], mark: Mark | None) -> Mark | None:
    if not isinstance(entry.changes, ChangedSince):
        return None
    return highest(entry.changes, columns[MARK], so_far=mark, began=asked.began, zone=asked.zone)


def _as_table(table: Table, columns: dict[str, Any], schema: pa.Schema, zone: tzinfo | None) -> pa.Table:
    arrays = [pa.array(landed_texts(table, name, columns[name], zone), pa.string()) for name in schema.names]
    return pa.Table.from_arrays(arrays, schema=schema)


@contextmanager
def connected(config: SqlConnection, address: SecretStr) -> Iterator[SqlReader]:
    """A reader in a transaction that can only read, and is rolled back at the end.

    Errors: SourceRefused, SourceUnavailable.
    """
    url = _url(address)
    where = place(url)
    arguments = {"connect_timeout": min(_CONNECT_SECONDS, config.timeout_seconds)} if _is_postgresql(url) else {}
    try:
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
    except (NoSuchModuleError, ImportError):
        wrong = f"the driver of {url.drivername} is not installed"
        raise SourceRefused(f"{wrong}; add its package to pyproject.toml and requirements.lock") from None
    try:
        connection = _begun(engine.connect(), url, config.timeout_seconds)
    except SQLAlchemyError as error:
        raise told(error, where, connecting=True) from None
    with connection:
        yield SqlReader(connection, where)


def _begun(connection: Connection, url: URL, timeout_seconds: int) -> Connection:
    if _is_postgresql(url):
        from psycopg.types.string import TextLoader

        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        driver: Any = connection.connection.driver_connection
        for name in _AS_TEXT:
            driver.adapters.register_loader(name, TextLoader)
        # an offset of long ago has seconds in it, which the contract does not know; UTC has none
        connection.exec_driver_sql("set time zone 'UTC'")
        connection.exec_driver_sql(f"set statement_timeout = {timeout_seconds * 1000}")
    elif url.get_backend_name() == "sqlite":
        connection.exec_driver_sql("pragma query_only = on")
        connection.exec_driver_sql("begin")  # the driver begins none for reading
    return connection
