"""A source's values as the text that lands: exact, and left for the contract to judge.

Belongs here: how a value of a database or of JSON is written. Not here: whether it is good (file_drop/ parses and quarantines it
as it does any other text). A timestamp without offset becomes one with, where the source keeps another time than the bank.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any

from foundation.contract import Table

_MIDNIGHT = ("T00:00:00", " 00:00:00")
_DAY_LENGTH = 10


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _bytes(value: bytes | memoryview) -> str:
    whole = bytes(value)
    try:
        return whole.decode()
    except UnicodeDecodeError:
        return whole.hex()


def _nested(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)


_WRITERS: dict[type, Callable[[Any], str]] = {
    bool: _boolean,
    datetime: datetime.isoformat,
    date: date.isoformat,
    bytes: _bytes,
    memoryview: _bytes,
    dict: _nested,
    list: _nested,
}


def as_texts(values: Sequence[object]) -> Sequence[str | None]:
    """A column's values as text; null stays null."""
    if set(map(type, values)) <= {str, type(None)}:
        return values  # type: ignore[return-value]
    return [None if value is None else _WRITERS.get(type(value), str)(value) for value in values]


def _with_offset(text: str | None, zone: tzinfo) -> str | None:
    try:
        at = datetime.fromisoformat(text or "")
        # in UTC, for an offset of long ago has seconds in it, which the contract does not know
        return text if at.tzinfo else at.replace(tzinfo=zone).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return text


def _as_day(text: str | None) -> str | None:
    return text[:_DAY_LENGTH] if text and text[_DAY_LENGTH:] in _MIDNIGHT else text


def landed_texts(table: Table, column: str, values: Sequence[object], zone: tzinfo | None) -> Sequence[str | None]:
    """The column as it lands. `zone`: of timestamps without offset, where it is not the bank's own."""
    texts = as_texts(values)
    kind = next((known.type for known in table.columns if known.name == column), "boolean")
    if kind == "timestamp" and zone is not None:
        return [_with_offset(text, zone) for text in texts]
    if kind == "date":
        return [_as_day(text) for text in texts]
    return texts
