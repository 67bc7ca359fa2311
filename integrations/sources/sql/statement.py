"""The one statement that reads an entry's rows: its columns, and which rows are new.

Belongs here: SQL put together with SQLAlchemy, values always bound. Not here: running it (reader.py). The bank's own
expressions stand in it as they are written in the mapping file.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Numeric,
    Select,
    Unicode,
    bindparam,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.types import TypeEngine

from integrations.sources.asked import Asked
from integrations.sources.entries import ChangedSince
from integrations.sources.marks import begin_at
from integrations.sources.sql.entry import SqlBusinessDate, SqlEntry

MARK = "_mark"


def _type_of(value: object) -> TypeEngine[Any]:
    if isinstance(value, datetime):
        return DateTime(timezone=value.tzinfo is not None)
    if isinstance(value, date):
        return Date()
    if isinstance(value, int):
        return BigInteger()
    return Numeric() if isinstance(value, Decimal) else Unicode()


def _bound(name: str, value: object) -> Any:
    return bindparam(name, value, _type_of(value))


def _origin(entry: SqlEntry, on: date) -> TextClause:
    origin = text(f"({entry.query.strip().rstrip(';')}) source_rows" if entry.query else str(entry.from_))
    return origin.bindparams(_bound("business_date", on)) if "business_date" in origin._bindparams else origin


def _since(changes: ChangedSince, asked: Asked) -> list[ColumnElement[bool]]:
    if asked.mark is None:
        return []
    column: ColumnElement[Any] = literal_column(f"({changes.column})")
    # a row without a mark is new every time rather than never
    return [or_(column >= _bound("since", begin_at(changes, asked.mark)), column.is_(None))]


def _dated(changes: SqlBusinessDate, asked: Asked) -> list[ColumnElement[bool]]:
    column: ColumnElement[Any] = literal_column(f"({changes.column})")
    wanted = column <= _bound("until", asked.on)
    if asked.after is not None:
        wanted = wanted & (column > _bound("after", asked.after - timedelta(days=changes.overlap)))
    return [or_(wanted, column.is_(None))]


def statement(entry: SqlEntry, asked: Asked) -> Select[Any]:
    """Reads each column under its landing name, and the mark as the last where changes are found by one."""
    columns: list[ColumnElement[Any]] = [literal_column(f"({worth})").label(name) for name, worth in entry.columns.items()]
    conditions: list[ColumnElement[bool]] = []
    if isinstance(entry.changes, ChangedSince):
        columns.append(literal_column(f"({entry.changes.column})").label(MARK))
        conditions = _since(entry.changes, asked)
    elif isinstance(entry.changes, SqlBusinessDate):
        conditions = _dated(entry.changes, asked)
    whole = select(*columns).select_from(_origin(entry, asked.on)).where(*conditions)
    return whole.order_by(text(entry.order_by)) if entry.order_by else whole
