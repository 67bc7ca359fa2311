"""The register of batches: what each source's table brought on each date, kept in `control.sqlite`.

Belongs here: the record of one batch and its table `batches`. Not here: the verdict of the gate on it, which another
module keeps in the same file, nor the rows themselves (raw/, quarantine/).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from foundation.books import opened

_SCHEMA = """
create table if not exists batches (
    source text not null,
    table_name text not null,
    business_date text not null,
    files integer not null,
    rows_landed integer not null,
    rows_accepted integer not null,
    rows_quarantined integer not null,
    cells_quarantined integer not null,
    rows_superseded integer not null,
    reasons text not null,
    unknown_columns text not null,
    content_id text not null,
    error text,
    primary key (source, table_name, business_date)
)
"""


@dataclass(frozen=True)
class BatchResult:
    """What became of one batch. rows_landed = rows_accepted + rows_quarantined + rows_superseded, unless `error` is set:
    then nothing of it was written. `reasons` counts quarantine records (a row may have several). `content_id` is the same for the
    same files, or for files refused for the same reason; '' stands for no folder at all."""

    source: str
    table: str
    on: date
    files: int
    rows_landed: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    cells_quarantined: int = 0
    rows_superseded: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    unknown_columns: tuple[str, ...] = ()
    content_id: str = ""
    error: str | None = None


_RENAMED = {"table": "table_name", "on": "business_date"}
_COLUMNS = tuple(_RENAMED.get(each.name, each.name) for each in fields(BatchResult))


def _values(result: BatchResult) -> tuple[Any, ...]:
    values = {each.name: getattr(result, each.name) for each in fields(result)}
    values["on"] = str(result.on)
    values["reasons"] = json.dumps(result.reasons, sort_keys=True)
    values["unknown_columns"] = json.dumps(result.unknown_columns)
    return tuple(values.values())


def _result(row: tuple[Any, ...]) -> BatchResult:
    values = dict(zip((each.name for each in fields(BatchResult)), row, strict=True))
    values["on"] = date.fromisoformat(values["on"])
    values["reasons"] = json.loads(values["reasons"])
    values["unknown_columns"] = tuple(json.loads(values["unknown_columns"]))
    return BatchResult(**values)


def record(control: Path, results: Iterable[BatchResult]) -> None:
    """Store the results, all or none; a batch taken in again replaces its record."""
    places = ", ".join("?" for _ in _COLUMNS)
    with opened(control, _SCHEMA) as connection:
        connection.executemany(
            f"insert or replace into batches ({', '.join(_COLUMNS)}) values ({places})", [_values(each) for each in results]
        )


def forget(control: Path, known: Iterable[tuple[str, str, date]]) -> None:
    """Drop the records of these batches (source, table, date), all or none. To be called before their files are replaced: until
    they are recorded again no verdict on what was there before covers what is there by then."""
    with opened(control, _SCHEMA) as connection:
        connection.executemany(
            "delete from batches where source = ? and table_name = ? and business_date = ?",
            [(source, table, str(on)) for source, table, on in known],
        )


def unrecorded(control: Path, raw: Path, last: date) -> list[tuple[date, str, str]]:
    """The batches up to a date (date, source, table) whose raw file has no record: a run was killed while it took them in."""
    known = {(each.on, each.source, each.table) for each in batches(control, date.min, last)}
    found = {(date.fromisoformat(path.stem), path.parts[-3], path.parts[-2]) for path in raw.glob("*/*/*.parquet")}
    return sorted(each for each in found - known if each[0] <= last)


def batches(control: Path, first: date, last: date) -> list[BatchResult]:
    """The records dated `first` to `last`, both included, by date, source and table."""
    with opened(control, _SCHEMA) as connection:
        rows = connection.execute(
            f"select {', '.join(_COLUMNS)} from batches where business_date between ? and ? "
            "order by business_date, source, table_name",
            (str(first), str(last)),
        ).fetchall()
    return [_result(row) for row in rows]
