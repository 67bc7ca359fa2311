"""Published tables as files: Parquet (and CSV) under published/, swapped so that a reader sees one state or another.

Belongs here: writing a whole new version and pointing the one link at it. Not here: what is published (contract/,
dbt_project/), or whether it may be (the gates). Layout: `published/<table>` is a link into `.current`, which is a link
to one version; swapping `.current` swaps every table at once. A run makes two versions, the second when its deliveries are
settled; those of the run before are kept through it, so that readers of the last business date finish.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from foundation.contract import Published, pii_column_names
from foundation.sql import quoted
from integrations.warehouse.connection import WarehouseError, parquet
from integrations.warehouse.control import UNPUBLISHED

KEPT_VERSIONS = 4  # those of a run and of the one before
BUSINESS_DATE = "business_date"
NO_ROWS = "no_rows"  # the file of a history table that has no date yet: whoever reads the folder finds its columns


@dataclass(frozen=True)
class Content:
    """What goes into one published table.

    A history table's dates are written where their content differs from what stands; where `is_frozen`, a date that stands
    is known to be right and is not even compared. Where `touched` says which dates may differ (None: any of them), these alone
    are written, with those that do not stand: a long history is then not read.
    """

    table: Published
    query: str
    is_frozen: bool = False
    touched: frozenset[date | None] | None = None


def check_columns(connection: duckdb.DuckDBPyConnection, content: Content) -> None:
    """Errors: WarehouseError, when a promised column is missing or a column of personal data would be published."""
    described = connection.execute(f"describe {content.query}").fetchall()
    columns = [row[0] for row in described]
    missing = [column for column in content.table.columns if column not in columns]
    personal = sorted(pii_column_names() & set(columns))
    if missing or personal:
        raise WarehouseError(f"{content.table.name} cannot be published: missing {missing}, personal data in {personal}")


def _copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path, *, csv: bool) -> None:
    # the first level of zstd: a third less time than the third, for files as small
    written = "format parquet, compression zstd, compression_level 1"
    connection.execute(f"copy ({query}) to {quoted(path.with_suffix('.parquet'))} ({written})")
    if csv:
        connection.execute(f"copy ({query}) to {quoted(path.with_suffix('.csv'))} (format csv, header)")


def _write(connection: duckdb.DuckDBPyConnection, content: Content, folder: Path, earlier: Path) -> None:
    table = content.table
    folder.mkdir(parents=True)
    if table.kind == "latest":
        _copy(connection, content.query, folder / table.name, csv=table.csv)
        return
    stale, present = _dates(connection, content, earlier)
    _link(earlier, folder, keep={on.isoformat() for on in present - stale})
    for on in sorted(stale):
        query = f"select * from ({content.query}) where {BUSINESS_DATE} = date '{on}'"
        _copy(connection, query, folder / on.isoformat(), csv=table.csv)
    if not present:
        _copy(connection, f"select * from ({content.query}) limit 0", folder / NO_ROWS, csv=table.csv)


def _has_columns_of(connection: duckdb.DuckDBPyConnection, content: Content, files: list[Path]) -> bool:
    """Whether what stands has the columns of today; decided lists keep those of their day."""
    if content.is_frozen or not files:
        return True
    columns, standing = (
        [row[:2] for row in connection.execute(f"describe {query}").fetchall()]
        for query in (content.query, f"select * from {parquet(files)}")
    )
    return columns == standing


def _digests(connection: duckdb.DuckDBPyConnection, query: str, columns: str) -> dict[date, tuple[int, int]]:
    """Per date, how many rows there are and an order-free hash of them (a sum: under xor, two equal rows would vanish)."""
    rows = connection.execute(
        f"select {BUSINESS_DATE}, count(*), sum(cast(hash({columns}) as hugeint)) from ({query}) group by {BUSINESS_DATE}"
    ).fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}


def _dates(connection: duckdb.DuckDBPyConnection, content: Content, earlier: Path) -> tuple[set[date], set[date]]:
    """The dates to write anew, and all dates that there are."""
    standing = [path for path in sorted(earlier.glob("*.parquet")) if path.stem != NO_ROWS]
    if content.is_frozen or content.touched is not None:
        rows = connection.execute(f"select distinct {BUSINESS_DATE} from ({content.query})").fetchall()
        present, touched = {row[0] for row in rows}, content.touched or frozenset()
        if None in touched or not _has_columns_of(connection, content, standing[-1:]):
            return present, present
        return (present - {date.fromisoformat(path.stem) for path in standing}) | (present & touched), present
    columns = ", ".join(row[0] for row in connection.execute(f"describe {content.query}").fetchall())
    now = _digests(connection, content.query, columns)
    if not standing:
        return set(now), set(now)
    named = {row[0] for row in connection.execute(f"describe select * from {parquet(standing)}").fetchall()}
    if named != set(columns.split(", ")):
        return set(now), set(now)
    before = _digests(connection, f"select * from {parquet(standing)}", columns)
    return {on for on, digest in now.items() if before.get(on) != digest}, set(now)


def _link(earlier: Path, folder: Path, *, keep: set[str] | None = None) -> None:
    """Carries an earlier version's files over as hard links: history costs names, not bytes."""
    for path in sorted(earlier.iterdir()) if earlier.is_dir() else []:
        if keep is None or path.name.split(".")[0] in keep:
            os.link(path, folder / path.name)


def _point(link: Path, target: str) -> None:
    draft = link.with_name(f".{link.name.lstrip('.')}.draft")
    draft.unlink(missing_ok=True)
    draft.symlink_to(target)
    draft.replace(link)


def publish_files(connection: duckdb.DuckDBPyConnection, root: Path, contents: Sequence[Content]) -> None:
    """Writes a new version that holds these tables anew and all others as they were, then swaps the one link.

    Killed before the swap, nothing changed for readers; what was half written is removed by the next call.
    """
    versions = root / ".versions"
    versions.mkdir(parents=True, exist_ok=True)
    current = root / ".current"
    standing = current.resolve() if current.exists() else None
    _clean(versions, standing)
    version = versions / f"{_next_number(versions):08d}"
    for content in contents:
        check_columns(connection, content)
        _write(connection, content, version / content.table.name, (standing or versions) / content.table.name)
    _keep_others(standing, version, {content.table.name for content in contents})
    _point(current, f".versions/{version.name}")
    for content in contents:
        link = root / content.table.name
        if not link.is_symlink():
            _point(link, f".current/{content.table.name}")
    _retire(versions, version)


def _next_number(versions: Path) -> int:
    return 1 + max((int(path.name) for path in versions.iterdir() if path.name.isdigit()), default=0)


def _clean(versions: Path, standing: Path | None) -> None:
    """Removes versions newer than the standing one: they were never pointed at."""
    for path in versions.iterdir():
        if standing is None or path.name > standing.name:
            shutil.rmtree(path)


def _keep_others(standing: Path | None, version: Path, written: set[str]) -> None:
    for folder in sorted(standing.iterdir()) if standing else []:
        if folder.name not in written:
            (version / folder.name).mkdir(parents=True)
            _link(folder, version / folder.name)


def _retire(versions: Path, newest: Path) -> None:
    for path in sorted(versions.iterdir(), reverse=True)[KEPT_VERSIONS:]:
        if path != newest:
            shutil.rmtree(path)


def unpublished_days(connection: duckdb.DuckDBPyConnection, name: str) -> frozenset[date | None]:
    """The dates of a table that changed since it was published; None among them: any may have."""
    rows = connection.execute(f"select distinct business_date from control.{UNPUBLISHED} where table_name = ?", [name]).fetchall()
    return frozenset(row[0] for row in rows)


def forget_unpublished(connection: duckdb.DuckDBPyConnection, contents: Sequence[Content]) -> None:
    """To be called when they are published. Whoever is killed before writes the same files again."""
    for content in contents:
        if content.touched:
            connection.execute(f"delete from control.{UNPUBLISHED} where table_name = ?", [content.table.name])


def publish_schema(connection: duckdb.DuckDBPyConnection, root: Path, contents: Sequence[Content]) -> None:
    """The same in the warehouse's schema `published`: views over the published files."""
    connection.execute("create schema if not exists published")
    connection.execute("begin")
    for content in contents:
        name = content.table.name
        if connection.execute("from duckdb_tables() where schema_name = 'published' and table_name = ?", [name]).fetchone():
            connection.execute(f"drop table published.{name}")  # how a home from before held what is now a view
        files = quoted(root / name / "*.parquet")
        connection.execute(f"create or replace view published.{name} as select * from read_parquet({files})")
    connection.execute("commit")
