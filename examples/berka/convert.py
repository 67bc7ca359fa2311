"""The PKDD'99 bank and the call centre as landing drops: history in one first folder, then a folder for each date.

Belongs here: in which order the SQL runs and which folder a row goes to. Not here: what becomes of a column (sql/), the
words of the source (vocabulary.csv), its files (sources.py).
"""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb

from examples.berka.sources import BerkaError, load
from foundation.contract import Table, landing_table

FIRST_DATE = date(1998, 12, 1)
LAST_DATE = date(1999, 1, 31)
SQL = Path(__file__).parent / "sql"
MARKER = ".written-by-examples-berka"
# a few thousand rows are pleasant to look at as text; more are not
PARQUET = frozenset({"core_banking.balances", "core_banking.transactions", "call_centre.contacts"})
SHOWN_PROBLEMS = 5


def tables() -> tuple[Table, ...]:
    """The landing tables that the example fills, by name."""
    return tuple(landing_table(file.stem) for file in sorted((SQL / "landing").glob("*.sql")))


def _execute(connection: duckdb.DuckDBPyConnection, file: Path, statement: str) -> None:
    try:
        connection.execute(statement)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise BerkaError(f"{file.name}: a source file holds what the mapping does not expect: {reason}") from None


def _refuse_problems(connection: duckdb.DuckDBPyConnection) -> None:
    problems = connection.execute((SQL / "problems.sql").read_text(encoding="utf-8")).fetchall()
    if problems:
        shown = "; ".join(f"{file}, {place}: {problem}" for file, place, problem in problems[:SHOWN_PROBLEMS])
        raise BerkaError(f"{len(problems)} thing(s) in the source files have no place in the mapping: {shown}")


def _map(connection: duckdb.DuckDBPyConnection, table: Table, first: date, last: date) -> int:
    """Make the table `mapped.<relation>`: contract columns, in contract types, and each row's folder. Returns its rows."""
    file = SQL / "landing" / f"{table.full_name}.sql"
    query = file.read_text(encoding="utf-8")
    produced = [str(row[0]) for row in connection.execute(f"describe {query}").fetchall()]
    columns = [column for column in table.columns if column.name in produced]
    casts = ", ".join(f'cast("{column.name}" as {column.sql_type}) as "{column.name}"' for column in columns)
    key = ", ".join(f'"{name}"' for name in table.key)
    # of several versions of one row that became known by the same folder, the folder carries the newest
    _execute(
        connection,
        file,
        f"create table mapped.{table.relation} as "
        f"select {casts}, greatest(known_on, date '{first}') as _folder from ({query}) as mapping "
        f"where known_on <= date '{last}' "
        f"qualify row_number() over (partition by {key}, _folder order by known_on desc) = 1 order by _folder, {key}",
    )
    row = connection.execute(f"select count(*) from mapped.{table.relation}").fetchone()
    return int(row[0]) if row else 0


def _write(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path, first: date, last: date) -> None:
    """Write one table's dated folders. A required table has one for every date: an empty folder is a day without news."""
    suffix, options = ("parquet", "format parquet") if table.full_name in PARQUET else ("csv", "format csv, header")
    if table.required:
        for day in range((last - first).days + 1):
            (folder / str(first + timedelta(days=day))).mkdir(parents=True)
    for (on,) in connection.execute(f"select distinct _folder from mapped.{table.relation} order by 1").fetchall():
        target = folder / str(on) / f"{table.name}.{suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        path = str(target).replace("'", "''")
        connection.execute(
            f"copy (select * exclude (_folder) from mapped.{table.relation} where _folder = date '{on}') to '{path}' ({options})"
        )


def _claim(landing: Path) -> None:
    """Make the landing folder ours. Errors: BerkaError when somebody else's drops are in it."""
    landing.mkdir(parents=True, exist_ok=True)
    if not (landing / MARKER).exists():
        if any(landing.iterdir()):
            raise BerkaError(f"{landing} holds files that this example did not write: name an empty folder with --landing.")
        (landing / MARKER).touch()


def _swap(made: Path, place: Path) -> None:
    """Put a finished table in its place. What feedback landed beside it stays."""
    aside = made.with_name(f"{made.name}.old")
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists():
        place.rename(aside)
    made.rename(place)


def convert(data: Path, landing: Path, first: date = FIRST_DATE, last: date = LAST_DATE) -> dict[str, int]:
    """Write the landing drops of `first` to `last` from the public files under `data`; return the rows of each table.

    What became known up to `first` goes into the folder of `first`, everything later into its own date's, and what became
    known after `last` nowhere. Converting again replaces the tables it wrote, each whole, and mends what a killed run left.
    Errors: BerkaError, naming the file that is missing or wrong, or the landing folder that is not ours to write.
    """
    if first > last:
        raise BerkaError(f"the first date {first} is after the last date {last}: exchange them")
    partial = landing.with_name(f".{landing.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    with duckdb.connect() as connection:
        load(connection, data)
        _refuse_problems(connection)
        for step in sorted((SQL / "steps").glob("*.sql")):
            _execute(connection, step, step.read_text(encoding="utf-8"))
        connection.execute("create schema mapped")
        rows = {table.full_name: _map(connection, table, first, last) for table in tables()}
        _claim(landing)
        try:
            for table in tables():
                _write(connection, table, partial / table.relation, first, last)
            for table in tables():
                _swap(partial / table.relation, landing / table.source / table.name)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return rows
