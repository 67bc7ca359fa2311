"""A home's records made ready to be trained on, in a place of their own: what warehouse and vault keep stays as it is.

Belongs here: that place, in memory, and what is done in it before training. Not here: training (training.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb

from foundation.engine import UNHELD, Engine
from identity import known
from identity.blocks import find_candidates
from identity.collect import collect, number_records
from identity.resolve import Bounds
from identity.rulebook import Rulebook


def _shown(connection: duckdb.DuckDBPyConnection, kept: str, own: str) -> None:
    """The tables of schema `raw` of a database, under the names by which they are known."""
    connection.execute(f"create schema if not exists {own}.raw")
    tables = connection.execute(
        f"select table_name from information_schema.tables where table_catalog = '{kept}' and table_schema = 'raw' order by 1"
    ).fetchall()
    for (name,) in tables:
        connection.execute(f'create view {own}.raw."{name}" as from {kept}.raw."{name}"')


@contextmanager
def training_room(
    warehouse: Path, vault: Path, rules: Rulebook, bounds: Bounds, engine: Engine = UNHELD
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with `records` (of a warehouse and its vault) and `candidates`, as collect.py and blocks.py make them.

    Errors: duckdb.Error, where a file is held by another process.
    """
    with closing(duckdb.connect()) as connection:
        replace(engine, spill=warehouse.parent / ".training").hold(connection)
        for name, path in (("kept", warehouse), ("kept_vault", vault)):
            quoted = str(path).replace("'", "''")
            connection.execute(f"attach '{quoted}' as {name} (read_only)")
        connection.execute("attach ':memory:' as vault")
        _shown(connection, "kept", "memory")
        _shown(connection, "kept_vault", "vault")
        known.prepare(connection, region=bounds.region, basis="training")
        collect(connection, rules, region=bounds.region, junk_records=bounds.junk_records, is_whole=True)
        number_records(connection, None, is_whole=False)
        find_candidates(connection, rules, bounds.block_records)
        # read again and again: as a table
        connection.execute("create temp table every as from records; drop view records; alter table every rename to records")
        yield connection
