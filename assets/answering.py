"""A steward's answer: whether two records are one customer, said by somebody, about two records that are known.

Belongs here: when an answer is possible, which folder it lands in and under which time. Not here: how its file is kept
(integrations/sources/answers.py), reading the queue (identity/review.py), what an answer does (identity/).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from foundation.home import Home
from foundation.progress import Progress
from foundation.settings import Settings
from identity.outcome import resolved_on
from identity.review import SOURCES, Name, Pair, Word, is_known, said_before, show
from integrations.sources import registry
from integrations.sources.answers import TABLE, Answer, land, not_taken_in, open_date

_END_OF_DAY = time(23, 59, 59)


class ReviewError(ValueError):
    """This cannot be reviewed or answered. The message says why, and what to do."""


@dataclass(frozen=True)
class Given:
    """An answer that stands: just landed in a file, or given before in the same words (`file` is None)."""

    word: Word
    on: date | None = None
    file: Path | None = None


def finished_on(home: Home) -> date:
    """The newest date whose identities can be reviewed. Errors: ReviewError, where there is none."""
    finished = Progress(home.control).last_finished("marts")
    if finished is None:
        raise ReviewError("nobody was resolved here yet: process a date first (make run, or make materialize FROM=… TO=…)")
    if not (home.warehouse.is_file() and home.vault.is_file()):
        raise ReviewError("warehouse.duckdb or vault.duckdb is not there: `make rebuild` builds them from the home's state")
    return finished


def require_resolved(connection: duckdb.DuckDBPyConnection) -> None:
    """Errors: ReviewError, where the warehouse holds no resolved identities."""
    if resolved_on(connection) is None:
        raise ReviewError("the warehouse holds no resolved identities: process the next date, or `make rebuild`")


def waiting_words(home: Home, finished: date) -> dict[Pair, Word]:
    """What was answered by the command and no finished date has taken in yet: the newest word on each pair."""
    return {
        Pair.of((each.source_a, each.record_a), (each.source_b, each.record_b)): Word(
            each.decision, each.decided_by, each.decided_at
        )
        for each in not_taken_in(home.landing, finished)
    }


def require_name(by: str) -> str:
    """Who decides, as one line. Errors: ReviewError, where nobody is named."""
    if not (named := " ".join(by.split())):
        raise ReviewError('an answer is somebody\'s decision: say whose (make review BY="name")')
    return named


def require_pair(connection: duckdb.DuckDBPyConnection, a: Name, b: Name) -> Pair:
    """The pair of two known records. Errors: ReviewError."""
    for source, key in (a, b):
        if source not in SOURCES:
            raise ReviewError(f"{source!r} is no source of records; it is one of {', '.join(SOURCES)}")
        if not is_known(connection, (source, key)):
            raise ReviewError(
                f"{source} has no record {key!r} among those resolved; customer_identities lists record_source and record_id"
            )
    if a == b:
        raise ReviewError(f"{a[0]} {a[1]} was named twice: an answer is about two records")
    return Pair.of(a, b)


def answer(connection: duckdb.DuckDBPyConnection, settings: Settings, home: Home, pair: Pair, decision: str, by: str) -> Given:
    """Lands an answer in the next open folder, unless it stands already. Needs the home to itself.

    Errors: ReviewError, where the answer could never hold or the landing folder takes none.
    """
    finished, by = finished_on(home), require_name(by)
    standing = waiting_words(home, finished).get(pair) or said_before(connection, pair)
    if standing is not None and standing.decision == decision:
        return Given(standing)
    if decision == "same":
        _require_one_kind(connection, pair)
    on = open_date(home.landing, finished, _taken_in(home))
    at = _moment(settings, on, standing.decided_at if standing else None)
    try:
        file = land(home.landing, on, Answer(*pair.one, *pair.other, decision, by, at))
    except OSError as error:
        raise ReviewError(
            f"{home.landing / TABLE.source / TABLE.name} cannot be written ({error.strerror or type(error).__name__});"
            " make room, or give this account the right to write there"
        ) from None
    return Given(Word(decision, by, at), on, file)


def _require_one_kind(connection: duckdb.DuckDBPyConnection, pair: Pair) -> None:
    kinds = {record.given["kind"] for record in show(connection, pair)} - {None}
    if len(kinds) > 1:
        raise ReviewError("a person and an organisation are never one customer; the only answer is different")


def _taken_in(home: Home) -> set[date]:
    """The dates whose folder of answers some run has read, so that a run of a later date would not read it again."""
    batches = registry.batches(home.control, date.min, date.max)
    return {batch.on for batch in batches if (batch.source, batch.table) == (TABLE.source, TABLE.name)}


def _moment(settings: Settings, on: date, before: datetime | None) -> datetime:
    """When it was decided, in the bank's time: now. But what lands with a date was not decided after it (gate 1 demands that),
    a home that keeps business time has no other, and an answer is later than the one it overrules."""
    now = datetime.now(ZoneInfo(settings.time_zone)).replace(tzinfo=None, microsecond=0)
    if settings.sender_clock == "business" or now.date() > on:
        now = datetime.combine(on, now.time())
    if before is not None and now <= before:
        now = min(before + timedelta(seconds=1), datetime.combine(on, _END_OF_DAY))
    return now
