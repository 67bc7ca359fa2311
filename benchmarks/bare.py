"""`python -m benchmarks.bare raw|marts HOME FOLDER [COMPILED]`: the same work in one DuckDB process, with nothing around it.

Belongs here: what a figure of the pipeline is held against. `raw` copies the landed files to Parquet, table by table, as DuckDB
reads them: no contract, no quarantine. `marts` makes of the raw files what the pipeline publishes, by the same SQL: current rows,
the models as dbt compiled them, the published files; who is who is taken as found, for it is more than SQL
(benchmarks/linkage holds it against Splink alone). Not here: measuring (children.py). No gate, no bookkeeping, no Dagster.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path

import duckdb

from foundation.contract import Table, landing_tables
from foundation.home import Home
from foundation.settings import load_settings
from foundation.sql import quoted
from integrations.sources.file_drop.drops import format_of
from integrations.sources.file_drop.scan import scan
from integrations.warehouse.history import show_earlier_tags
from integrations.warehouse.rows import projected, warehouse_columns, winners
from integrations.warehouse.vault import is_vaulted, prepare_vault, vault_columns

_READERS = {
    "csv": "read_csv({files}, union_by_name = true, ignore_errors = true)",
    "jsonl": "read_json({files}, union_by_name = true, ignore_errors = true, format = 'newline_delimited')",
    "parquet": "read_parquet({files}, union_by_name = true)",
}
_PLAIN_CSV = "read_csv({files}, union_by_name = true, ignore_errors = true, all_varchar = true, strict_mode = false)"


def _list(files: list[Path]) -> str:
    return "[" + ", ".join(quoted(file) for file in files) + "]"


def copy_landing(home: Home, folder: Path) -> None:
    """One Parquet file for each table and format of the landing."""
    with duckdb.connect() as connection:
        for table in landing_tables():
            files: dict[str, list[Path]] = defaultdict(list)
            for batch in scan(home.landing, [table], date.min, date.max):
                for file in batch.files:
                    files[format_of(file)].append(file)
            for kind, found in files.items():
                target = quoted(folder / f"{table.relation}.{kind}.parquet")
                try:
                    _copy(connection, _READERS[kind].format(files=_list(found)), target)
                except duckdb.Error:  # DuckDB's sniffer gives up on some files with bad lines; read plainly, it takes them
                    _copy(connection, _PLAIN_CSV.format(files=_list(found)), target)


def _copy(connection: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    connection.execute(f"copy (from {source}) to {target} (format parquet)")


def build_marts(home: Home, folder: Path, compiled: Path) -> None:
    """Current rows, models and published files, in a database of their own; its name is the one the SQL was compiled for."""
    settings = load_settings()
    hash_key = settings.hash_key.get_secret_value()
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(f"attach {quoted(folder / 'vault.duckdb')} as vault")
        connection.execute("create schema raw; create schema changes")
        prepare_vault(connection, landing_tables())
        _copy_bookkeeping(connection, home)
        show_earlier_tags(connection, before=date.min)
        for table in landing_tables():
            _fill(connection, table, home, hash_key)
        told = json.loads(compiled.read_text(encoding="utf-8"))
        for each in told["models"]:
            connection.execute(f"create schema if not exists {each['schema']}")
            connection.execute(f"create {each['kind']} {each['schema']}.{each['name']} as {each['sql']}")
        for each in told["published"]:
            _publish(connection, folder, **each)


def _copy_bookkeeping(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """What stands before the models, as the pipeline wrote it: of which run they are, and who is who."""
    connection.execute(f"attach {quoted(home.warehouse)} as loaded (read_only)")
    for schema in ("control", "resolution"):
        connection.execute(f"create schema {schema}")
        tables = f"select table_name from duckdb_tables() where database_name = 'loaded' and schema_name = '{schema}'"
        for (name,) in connection.execute(tables).fetchall():
            connection.execute(f"create table {schema}.{name} as from loaded.{schema}.{name}")
    connection.execute("detach loaded")


def _fill(connection: duckdb.DuckDBPyConnection, table: Table, home: Home, hash_key: str) -> None:
    columns = ", ".join(f"{name} {sql_type}" for name, sql_type in warehouse_columns(table))
    names = ", ".join(name for name, _ in warehouse_columns(table))
    connection.execute(f"create table raw.{table.relation} ({columns}); create table changes.{table.relation} ({columns})")
    files = sorted((home.raw / table.source / table.name).glob("*.parquet"))
    if files:
        rows = winners(table, projected(table, files, hash_key))
        connection.execute(f"create temp table standing as {rows}")
        connection.execute(f"insert into raw.{table.relation} select {names} from standing")
    if files and is_vaulted(table):
        personal = ", ".join(vault_columns(table))
        connection.execute(f"insert into vault.raw.{table.relation} ({personal}) select {personal} from standing")
    connection.execute("drop table if exists standing")


def _publish(connection: duckdb.DuckDBPyConnection, folder: Path, *, name: str, relation: str, csv: bool) -> None:
    written = "format parquet, compression zstd, compression_level 1"
    connection.execute(f"copy (from {relation}) to {quoted(folder / name)} ({written})")
    if csv:
        connection.execute(f"copy (from {relation}) to {quoted(folder / f'{name}.csv')} (format csv, header)")


if __name__ == "__main__":
    what, root, into = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    into.mkdir(parents=True, exist_ok=True)
    loaded = Home(root=root, landing=root / "landing")
    if what == "raw":
        copy_landing(loaded, into)
    else:
        build_marts(loaded, into, Path(sys.argv[4]))
