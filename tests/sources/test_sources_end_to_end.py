"""The demo bank's first date from PostgreSQL and an interface: the same raw rows as from the files it drops."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest
from rest_service import Reply, Request, Service
from sources_kit import BANK_ZONE, Sourced

from demo.bank import generate
from foundation.contract import Table, landing_tables
from foundation.home import Home
from integrations.sources.file_drop.scan import scan
from integrations.sources.file_drop.write import ingest

DAY = date(2025, 1, 1)
BY_INTERFACE = ("app.users", "call_centre.contacts", "third_party.people")
POSTGRES = {"decimal": "numeric", "rate": "numeric", "decimal(18,8)": "numeric", "integer": "bigint", "json": "jsonb"}
PAGE = 97


def columns(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def rows_of(home: Home, table: Table) -> str:
    """The table's raw rows, as a query."""
    return f"select {', '.join(columns(table))} from read_parquet('{home.raw_batch(table.source, table.name, DAY)}')"


@pytest.fixture(scope="module")
def dropped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[Table]]:
    """A home that took in the demo bank's files, and the tables these filled."""
    folder = tmp_path_factory.mktemp("dropped")
    home = Home(root=folder / "home", landing=folder / "landing")
    generate(home.landing, folder / "state", 200, DAY, DAY, 7)
    batches = scan(home.landing, landing_tables(), DAY, DAY)
    results = ingest(batches, home, time_zone=BANK_ZONE)
    return home, [batch.table for batch, result in zip(batches, results, strict=True) if result.rows_accepted]


def fill(server: psycopg.Connection[Any], home: Home, table: Table) -> None:
    """A table of PostgreSQL with the raw rows, in the types that a bank would give them."""
    typed = ", ".join(f"{column.name} {POSTGRES.get(column.type, column.type)}" for column in table.columns)
    server.execute(f"create table {table.relation} ({typed})")
    with server.cursor().copy(f"copy {table.relation} from stdin (format csv, header, null '\\N')") as copy:
        file = home.root / f"{table.relation}.csv"
        duckdb.execute(f"copy ({rows_of(home, table)}) to '{file}' (header, nullstr '\\N')")
        copy.write(file.read_bytes())


def interface(home: Home, tables: list[Table]) -> Callable[[Request], Reply]:
    """Answers /<source>/<table> with pages of JSON."""
    rows = {}
    for table in tables:
        found = duckdb.sql(rows_of(home, table)).fetchall()
        rows[f"/{table.source}/{table.name}"] = [
            {name: None if value is None else str(value) for name, value in zip(columns(table), row, strict=True)}
            for row in found
        ]

    def answer(request: Request) -> Reply:
        start = int(request.query.get("after", 0))
        page = rows[request.path][start : start + PAGE]
        return Reply({"data": page, "after": start + PAGE if start + PAGE < len(rows[request.path]) else None})

    return answer


def mapped(table: Table) -> dict[str, Any]:
    if table.full_name in BY_INTERFACE:
        paging = {"style": "cursor", "cursor": "after", "parameter": "after"}
        how: dict[str, Any] = {"connection": "desk", "path": f"/{table.source}/{table.name}", "rows": "data", "paging": paging}
    else:
        how = {"connection": "core", "from": table.relation, "chunk_rows": 1000}
    return {"table": table.full_name, "columns": columns(table), "changes": {"by": "full"}} | how


def test_the_same_raw_rows_come_from_files_and_from_sources(
    tmp_path: Path,
    dropped: tuple[Home, list[Table]],
    database: tuple[str, psycopg.Connection[Any]],
    serve: Callable[..., Service],
) -> None:
    files, tables = dropped
    address, server = database
    assert {table.full_name for table in tables} > set(BY_INTERFACE)
    for table in tables:
        if table.full_name not in BY_INTERFACE:
            fill(server, files, table)
    service = serve(interface(files, [table for table in tables if table.full_name in BY_INTERFACE]))
    connections = {"core": {"kind": "sql", "url": "CORE_URL"}, "desk": {"kind": "rest", "url": "DESK_URL"}}
    bank = Sourced(tmp_path, connections, [mapped(table) for table in tables], {"CORE_URL": address, "DESK_URL": service.url})
    assert {outcome.state for outcome in bank.land(DAY)} == {"landed"}
    results = ingest(scan(bank.home.landing, tables, DAY, DAY), bank.home, time_zone=BANK_ZONE)
    assert {(result.error, result.rows_quarantined, result.cells_quarantined) for result in results} == {(None, 0, 0)}
    assert sum(result.rows_accepted for result in results) > 10_000
    for table in tables:
        for one, other in ((files, bank.home), (bank.home, files)):
            differing = duckdb.sql(
                f"select count(*) from (({rows_of(one, table)}) except all ({rows_of(other, table)}))"
            ).fetchone()
            assert differing == (0,), table.full_name
