"""How Great Expectations reaches DuckDB: a small SQLAlchemy dialect on top of duckdb-engine.

Belongs here: what the two need to understand each other. Not here: what is expected of a table (landing.py, marts.py).
Why it exists: duckdb-engine gives every connection a configuration of its own, which one process may not mix for one
file, and its cursors die with their connection, before Great Expectations fetches. So connections are opened plainly,
and results are buffered when they are made. And it describes a table by the columns of every table of that name, in
whatever schema, by a slow query: here a table without a schema is the one of the address's schema, and its columns are
told by name alone, for no expectation asks for a type.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from duckdb_engine import ConnectionWrapper
from duckdb_engine import Dialect as DuckDBEngineDialect
from sqlalchemy import pool
from sqlalchemy.dialects import registry
from sqlalchemy.engine import URL
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.types import NullType

DIALECT = "c360duck"


class _BufferedContext(DefaultExecutionContext):
    def post_exec(self) -> None:
        if self.cursor.description:
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                self.cursor, alternate_description=self.cursor.description, initial_buffer=self.cursor.fetchall()
            )


class GateDialect(DuckDBEngineDialect):  # type: ignore[misc]
    """DuckDB for Great Expectations: plain connections, buffered results, nothing pooled."""

    name = DIALECT
    supports_statement_cache = False
    execution_ctx_cls = _BufferedContext

    def connect(self, *_: Any, **parameters: Any) -> Any:
        connection = duckdb.connect(parameters["database"])
        if schema := parameters.get("url_config", {}).get("schema"):
            connection.execute(f"set schema = '{schema}'")
        return ConnectionWrapper(connection)

    def get_columns(self, connection: Any, table_name: str, schema: str | None = None, **_: Any) -> Any:
        rows = connection.exec_driver_sql(
            "select column_name from duckdb_columns() where table_name = ? and schema_name = ? order by column_index",
            (table_name, schema or self.default_schema_name),
        )
        return [{"name": name, "type": NullType(), "nullable": True, "default": None} for (name,) in rows]

    @classmethod
    def get_pool_class(cls, _url: URL) -> type[pool.Pool]:
        return pool.NullPool


registry.register(DIALECT, __name__, GateDialect.__name__)


def connection_string(database: Path | str, schema: str | None = None) -> str:
    """The address of a DuckDB file, or of a named in-memory database (`:memory:<name>`), and of the schema to look in."""
    return f"{DIALECT}:///{database}" + (f"?schema={schema}" if schema else "")
