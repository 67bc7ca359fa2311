"""Dagster's event log in one SQLite file, with batches written as batches.

Belongs here: writing events faster. Not here: what is logged. A range in one run records an event per asset and date;
Dagster's own SQLite log writes each in several transactions of its own, on an engine made anew each time, which for a first
load of 120 dates took longer than the load (docs/decisions). Everything else is Dagster's consolidated SQLite log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage, SqlEventLogStorageTable
from dagster._core.storage.sqlite import create_db_conn_string

BUSY_TIMEOUT_SECONDS = 60.0
# while a file is kept open, readers in the UI are told of what is new when so many pages of it have moved into the file
PAGES_UNTIL_TOLD = 50


class BatchedSqliteEventLogStorage(ConsolidatedSqliteEventLogStorage):
    """The consolidated SQLite event log, writing a batch of events in one transaction."""

    @cached_property
    def _engine(self) -> sa.Engine:
        # one engine, so that compiled statements are kept; no pool, so that forked and threaded users get their own
        engine = sa.create_engine(
            create_db_conn_string(self._base_dir, "event_log"),
            poolclass=sa.NullPool,
            connect_args={"timeout": BUSY_TIMEOUT_SECONDS},
        )
        sa.event.listen(engine, "connect", _write_fast)
        return engine

    @contextmanager
    def _connect(self) -> Iterator[Any]:
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Holds the file open meanwhile: the last one to close it empties SQLite's log beside it, which takes longer than to
        write an event, and every event is written by a connection of its own."""
        with self._connect() as connection:
            connection.exec_driver_sql("select count(*) from sqlite_master").fetchall()
            connection.rollback()  # an open transaction would keep the log from ever being emptied
            yield

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Stores these events in their order: rows, tags, and the newest state of each asset, in one transaction."""
        rows = [self._event_to_row(event) for event in events]
        table = SqlEventLogStorageTable
        statement = table.insert().returning(table.c.id, sort_by_parameter_order=True)
        with self._connect() as connection:
            ids = [row[0] for row in connection.execute(statement, rows)]
            about_assets = [pair for pair in zip(events, ids, strict=True) if _is_about_an_asset(pair[0])]
            if about_assets:
                self._store_asset_event_tags(connection, *map(list, zip(*about_assets, strict=True)))
            # an asset's row holds its newest event alone, so the earlier ones of a batch need not be written over
            newest = {(event.dagster_event_type, str(_asset(event))): (event, key) for event, key in about_assets}
            for event, event_id in newest.values():
                self._store_asset_event(connection, event, event_id)
        for event, event_id in zip(events, ids, strict=True):
            if event.is_dagster_event and event.dagster_event_type in ASSET_CHECK_EVENTS:
                self.store_asset_check_event(event, event_id)


def _write_fast(connection: Any, _record: Any) -> None:
    # an event is handed to the disk when its page moves into the file, not one by one: a machine that loses its power may lose
    # the last of a run that died with it, and never the file (https://www.sqlite.org/pragma.html#pragma_synchronous)
    connection.execute(f"pragma wal_autocheckpoint = {PAGES_UNTIL_TOLD}")
    connection.execute("pragma synchronous = normal")


def _asset(event: EventLogEntry) -> Any:
    return event.dagster_event.asset_key if event.dagster_event else None


def _is_about_an_asset(event: EventLogEntry) -> bool:
    return event.is_dagster_event and event.dagster_event_type in ASSET_EVENTS and _asset(event) is not None
