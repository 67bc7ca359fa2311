"""What one extraction is asked for and what it brought: the words that both kinds of source share with what drives them.

Belongs here: these two records and the bounds on how many rows may come. Not here: reading (sql/, rest/), landing (extract.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from foundation.contract import Table
from integrations.sources.entries import TableEntry
from integrations.sources.errors import SourceUnreadable
from integrations.sources.mapping import Entry
from integrations.sources.marks import Mark


@dataclass(frozen=True)
class Asked:
    """One table of one date. `after`: the last date landed before; `mark`: how far that had read; `began`: now;
    `own_zone`: of the source's timestamps without offset, where it is not the bank's (`bank_zone`)."""

    entry: Entry
    table: Table
    on: date
    after: date | None
    mark: Mark | None
    began: datetime
    bank_zone: tzinfo
    own_zone: tzinfo | None

    @property
    def zone(self) -> tzinfo:
        return self.own_zone or self.bank_zone


@dataclass(frozen=True)
class Brought:
    """What now lies in the unfinished folder."""

    rows: int
    mark: Mark | None


def check_most(entry: TableEntry, rows: int) -> None:
    """Errors: SourceUnreadable, for more rows than the entry allows."""
    if entry.max_rows is not None and rows > entry.max_rows:
        raise SourceUnreadable(f"more than {entry.max_rows} rows came; look at its changes, or raise max_rows")


def few_rows(entry: TableEntry, rows: int) -> SourceUnreadable | None:
    """What is wrong with fewer rows than the entry demands; None: they are enough."""
    if rows >= entry.min_rows:
        return None
    wrong = f"{rows} rows came and at least {entry.min_rows} are expected"
    return SourceUnreadable(f"{wrong}; look at the source, or lower min_rows")
