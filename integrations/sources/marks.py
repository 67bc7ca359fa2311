"""How far a table has been read: the highest mark seen, its order, and where the next extraction begins.

Belongs here: marks as values. Not here: keeping them (book.py), asking for rows above one (sql/, rest/). A mark above the
moment at which reading began is left out: a row dated in the year 9999 would hide all that comes after it, and one written
while pages were fetched may stand on a page already behind us.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.sources.entries import ChangedSince, MarkKind
from integrations.sources.errors import SourceUnreadable


@dataclass(frozen=True)
class Mark:
    """One mark as text, with its type."""

    kind: MarkKind
    text: str

    @property
    def value(self) -> Any:
        """datetime (with an offset or without, as the source gives it), date, Decimal or str."""
        return _PARSERS[self.kind](self.text)


_PARSERS: dict[str, Callable[[str], Any]] = {
    "timestamp": datetime.fromisoformat,
    "date": date.fromisoformat,
    "number": Decimal,
    "text": str,
}


def _parsed(kind: MarkKind, given: object) -> Any | None:
    if isinstance(given, datetime) and kind in ("timestamp", "date"):
        return given if kind == "timestamp" else given.date()
    try:
        return _PARSERS[kind](str(given))
    except (ValueError, InvalidOperation):
        return None


def highest(changes: ChangedSince, given: Iterable[object], *, so_far: Mark | None, began: datetime, zone: tzinfo) -> Mark | None:
    """The highest mark of rows and of `so_far` that does not lie after `began`. `zone`: of timestamps without an offset.

    Errors: SourceUnreadable, where rows have marks and none is of the type that the entry names.
    """

    def order(value: Any) -> Any:
        return value.replace(tzinfo=zone) if isinstance(value, datetime) and value.tzinfo is None else value

    there = [each for each in given if each is not None]
    values = [value for each in there if (value := _parsed(changes.type, each)) is not None]
    if there and not values:
        raise SourceUnreadable(f"changes.column gives nothing of type {changes.type}; name the type that it has, or cast it")
    if changes.type == "timestamp":
        values = [value for value in values if order(value) <= began]
    elif changes.type == "date":
        values = [value for value in values if value <= began.astimezone(zone).date()]
    elif changes.type == "number":
        values = [value for value in values if value.is_finite()]
    top = max(values, key=order, default=None)
    if top is None or (so_far is not None and order(so_far.value) >= order(top)):
        return so_far
    return Mark(changes.type, top.isoformat() if isinstance(top, date) else str(top))


def begin_at(changes: ChangedSince, mark: Mark) -> Any:
    """Where the next extraction begins: the mark less the overlap."""
    value = mark.value
    if isinstance(value, datetime):
        return value - timedelta(seconds=changes.overlap)
    if isinstance(value, date):
        return value - timedelta(days=changes.overlap)
    if isinstance(value, Decimal):
        below = value - changes.overlap
        return int(below) if below == below.to_integral_value() else below
    return value
