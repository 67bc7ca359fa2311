"""What every entry of a bank's mapping file may say, whatever kind of source it names.

Belongs here: the records that both kinds share. Not here: what a database or an interface adds (sql/entry.py, rest/entry.py),
the file as a whole (mapping.py). Addresses and secrets are named by the environment variable that holds them, never written down.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError("write the NAME of an environment variable, in capitals; addresses and secrets stay out of this file")
    return name


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("is no known time zone; write one such as UTC") from None
    return name


def _as_mapping(columns: Any) -> Any:
    """A list names columns that are called the same on both sides."""
    return {name: name for name in columns} if isinstance(columns, list) else columns


Variable = Annotated[str, AfterValidator(_variable)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Text = Annotated[str, Field(min_length=1)]
Columns = Annotated[dict[str, Text], BeforeValidator(_as_mapping), Field(min_length=1)]
MarkKind = Literal["timestamp", "date", "number", "text"]


class Record(BaseModel):
    """Nothing unknown is taken, nothing is changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Full(Record):
    """Everything, every time."""

    by: Literal["full"]


class ChangedSince(Record):
    """Rows whose mark (`column`) is not below the highest one seen so far, less `overlap`: seconds of a timestamp, days of
    a date, units of a number."""

    by: Literal["changed_since"]
    column: Text
    type: MarkKind = "timestamp"
    overlap: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _text_has_no_distance(self) -> ChangedSince:
        if self.type == "text" and self.overlap:
            raise ValueError("a mark of type text cannot overlap; leave overlap out, or use a column of another type")
        return self


class TableEntry(Record):
    """What every entry says. Fewer rows than `min_rows` or more than `max_rows` are an error, and nothing lands."""

    table: str
    connection: str
    columns: Columns
    min_rows: Annotated[int, Field(ge=0)] = 0
    max_rows: Annotated[int, Field(ge=1)] | None = None
