"""The book of extractions: which dates were landed from a source, and how far each had read. Kept in `sources.sqlite`.

Belongs here: one row per table and date, written after its folder has its name. Not here: what is a mark (marks.py). Losing
the book loses no row: everything is read again from the start, and landing a row twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from foundation.books import opened
from integrations.sources.marks import Mark

_SCHEMA = """
create table if not exists extractions (
    table_name text not null, business_date text not null, rows_landed integer not null,
    found_by text not null, mark_kind text, mark text, primary key (table_name, business_date)
) strict;
"""


@dataclass(frozen=True)
class Extraction:
    """What one extraction landed. `found_by`: how its changes were found; a mark means nothing to another way."""

    table: str
    on: date
    rows: int
    found_by: str
    mark: Mark | None = None


class Book:
    """The extractions of one home."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def record(self, done: Extraction) -> None:
        """Keeps an extraction; the same table and date again replace it."""
        with opened(self._path, _SCHEMA) as connection:
            connection.execute(
                "insert or replace into extractions values (?, ?, ?, ?, ?, ?)",
                (
                    done.table,
                    str(done.on),
                    done.rows,
                    done.found_by,
                    *((done.mark.kind, done.mark.text) if done.mark else (None, None)),
                ),
            )

    def before(self, table: str, on: date) -> Extraction | None:
        """The last extraction of a table for a date before `on`."""
        return self._one("business_date < ?", table, on)

    def newest(self, table: str) -> Extraction | None:
        """The last extraction of a table."""
        return self._one("business_date <= ?", table, date.max)

    def caught_up(self, last: date) -> dict[str, date]:
        """By table, its newest date up to `last` for which its source gave all that it had: nothing of an earlier date is left
        there. Tables read by business date are absent."""
        with opened(self._path, _SCHEMA) as connection:
            rows = connection.execute(
                "select table_name, max(business_date) from extractions"
                " where business_date <= ? and found_by not like 'business_date%' group by table_name",
                (str(last),),
            ).fetchall()
        return {table: date.fromisoformat(on) for table, on in rows}

    def _one(self, condition: str, table: str, on: date) -> Extraction | None:
        with opened(self._path, _SCHEMA) as connection:
            row = connection.execute(
                "select table_name, business_date, rows_landed, found_by, mark_kind, mark from extractions "
                f"where table_name = ? and {condition} order by business_date desc limit 1",
                (table, str(on)),
            ).fetchone()
        if row is None:
            return None
        return Extraction(row[0], date.fromisoformat(row[1]), row[2], row[3], Mark(row[4], row[5]) if row[4] else None)
