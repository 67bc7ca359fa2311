"""Extraction: what databases and interfaces have now, landed as ordinary dated folders before anything reads them.

Belongs here: the order of things for one date: what is there is left alone, what is asked, its folder finished, then the book.
Not here: how a kind of source is read (sql/, rest/), what follows from a folder (file_drop/, as for any drop). Killed at any
place and run again it ends the same. Needs the home to itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from foundation.contract import landing_table
from foundation.home import Home
from foundation.settings import Settings
from integrations.sources.access import Access
from integrations.sources.asked import Asked, Brought, few_rows
from integrations.sources.book import Book, Extraction
from integrations.sources.errors import LandingUnwritable, SourceError
from integrations.sources.folders import DatedFolder
from integrations.sources.mapping import Entry, Mapping
from integrations.sources.mapping_file import load_mapping
from integrations.sources.rest import reader as rest
from integrations.sources.sql import reader as sql
from integrations.sources.sql.entry import SqlConnection

State = Literal["landed", "there", "past", "failed"]


@dataclass(frozen=True)
class Outcome:
    """What became of one table: landed now, there before, asked for a date that is gone, or failed; `told` says why."""

    table: str
    state: State
    rows: int = 0
    told: str = ""


class Reader(Protocol):
    """An open source of one kind."""

    def read(self, asked: Asked, folder: Path) -> Brought: ...


@dataclass(frozen=True)
class Extractor:
    """Fills the landing folders of one home from the sources of one mapping."""

    mapping: Mapping
    landing: Path
    book: Book
    access: Access

    def run(self, on: date, *, tables: Collection[str] | None = None, again: bool = False) -> Iterator[Outcome]:
        """Lands a date: an outcome for each mapped table (of `tables`), as it ends. `again`: also what is there already.

        A table that fails keeps no other from landing. Changing and full tables are only read for their newest date: a
        source gives what it has now. Errors: none, they are outcomes.
        """
        wanted = [entry for entry in self.mapping.tables if tables is None or entry.table in tables]
        open_entries: dict[str, list[Entry]] = {}
        for entry in wanted:
            settled = self._settled(entry, on, again)
            if settled is not None:
                yield settled
            else:
                open_entries.setdefault(entry.connection, []).append(entry)
        for connection, entries in open_entries.items():
            yield from self._of_one_connection(connection, entries, on)

    def _settled(self, entry: Entry, on: date, again: bool) -> Outcome | None:
        """The outcome of an entry that need not, or must not, be asked."""
        folder = self._folder(entry, on)
        try:
            folder.recover()
        except OSError as error:
            return _failed(entry, _unwritable(folder.final, error))
        if folder.is_landed and not again:
            before = folder.extraction()
            if before is not None:
                self.book.record(before)  # a process killed between folder and book had not yet
            return Outcome(entry.table, "there", told=f"{folder.final} is there and is left alone")
        newest = self.book.newest(entry.table)
        if newest is not None and newest.on > on and entry.changes.by != "business_date":
            told = f"its source gives what it has now, and {newest.on} was landed from it already"
            return Outcome(entry.table, "failed" if again else "past", told=told)
        return None

    def _of_one_connection(self, name: str, entries: list[Entry], on: date) -> Iterator[Outcome]:
        began = datetime.now(UTC)
        left = list(entries)
        try:
            with self._connected(name) as reader:
                while left:
                    yield self._landed(left[0], reader, on, began)
                    left.pop(0)
        except SourceError as error:
            yield from (_failed(entry, error) for entry in left)

    def _connected(self, name: str) -> AbstractContextManager[Reader]:
        config = self.mapping.connections[name]
        if isinstance(config, SqlConnection):
            return sql.connected(config, self.access.secret(config.url))
        return rest.connected(name, config, self.access)

    def _landed(self, entry: Entry, reader: Reader, on: date, began: datetime) -> Outcome:
        folder = self._folder(entry, on)
        before = self.book.before(entry.table, on)
        asked = self._asked(entry, on, before, began)
        try:
            brought = reader.read(asked, folder.partial)
            if too_few := few_rows(entry, brought.rows):
                folder.discard()  # or the next run would take it for something to go on with
                return _failed(entry, too_few)
            done = Extraction(entry.table, on, brought.rows, found_by(entry), brought.mark)
            folder.finish(done)
        except SourceError as error:
            return _failed(entry, error)
        except OSError as error:
            return _failed(entry, _unwritable(folder.final, error))
        self.book.record(done)
        return Outcome(entry.table, "landed", brought.rows, _notice(entry, before, on))

    def _asked(self, entry: Entry, on: date, before: Extraction | None, began: datetime) -> Asked:
        own = self.mapping.connections[entry.connection].time_zone
        bank = self.access.time_zone
        return Asked(
            entry=entry,
            table=landing_table(entry.table),
            on=on,
            after=before.on if before else None,
            mark=before.mark if before and before.found_by == found_by(entry) else None,
            began=began,
            bank_zone=ZoneInfo(bank),
            own_zone=ZoneInfo(own) if own and own != bank else None,
        )

    def _folder(self, entry: Entry, on: date) -> DatedFolder:
        return DatedFolder(self.landing, landing_table(entry.table), on)


def extractor(settings: Settings, home: Home) -> Extractor | None:
    """What fills landing tables in this home; None: C360_SOURCES names no mapping file. Errors: MappingError."""
    if settings.sources is None:
        return None
    return Extractor(load_mapping(settings.sources), home.landing, Book(home.sources), Access.of(settings))


def found_by(entry: Entry) -> str:
    """How an entry finds its changes: a mark of another way means nothing to it."""
    kind = getattr(entry.changes, "type", "")
    return " ".join(part for part in (entry.changes.by, getattr(entry.changes, "column", ""), kind) if part)


def _notice(entry: Entry, before: Extraction | None, on: date) -> str:
    """Dates that an interface was never asked for, where it is asked a date at a time."""
    a_date_at_a_time = entry.changes.by == "business_date" and getattr(entry.changes, "from_parameter", "") is None
    if not a_date_at_a_time or before is None or (on - before.on).days <= 1:
        return ""
    return f"the dates between {before.on} and {on} were never asked for; land each of them too"


def _failed(entry: Entry, error: SourceError) -> Outcome:
    return Outcome(entry.table, "failed", told=str(error))


def _unwritable(folder: Path, error: OSError) -> LandingUnwritable:
    return LandingUnwritable(
        f"{folder} cannot be written ({error.strerror or type(error).__name__}); make room or give the right"
    )
