"""What an entry may say of a database: its connection, a table or a query, and how its changes are found.

Belongs here: the records. Not here: the statement that is made of them (statement.py).
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from integrations.sources.entries import ChangedSince, Full, Record, TableEntry, Text, TimeZone, Variable

_BIND = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")


class SqlConnection(Record):
    """A database. `time_zone`: of its timestamps without offset, where it is not the bank's."""

    kind: Literal["sql"]
    url: Variable
    time_zone: TimeZone | None = None
    timeout_seconds: Annotated[int, Field(ge=1)] = 600


class SqlBusinessDate(Record):
    """Rows dated (`column`, a date) after the last date that was landed, less `overlap` days, up to the date that is landed."""

    by: Literal["business_date"]
    column: Text
    overlap: Annotated[int, Field(ge=0)] = 0


class SqlEntry(TableEntry):
    """One landing table from a database: `from` a table or view, or a `query`; each column an SQL expression over it."""

    from_: Text | None = Field(default=None, alias="from")
    query: Text | None = None
    order_by: Text | None = None
    changes: Annotated[Full | ChangedSince | SqlBusinessDate, Field(discriminator="by")]
    chunk_rows: Annotated[int, Field(ge=1, le=1_000_000)] = 20_000

    @model_validator(mode="after")
    def _one_origin(self) -> SqlEntry:
        if (self.from_ is None) == (self.query is None):
            raise ValueError("give either from or query")
        unknown = set(_BIND.findall(self.query or self.from_ or "")) - {"business_date"}
        if unknown:
            raise ValueError(
                f"its query asks for :{sorted(unknown)[0]}, and only :business_date is known; a colon that is meant is \\:"
            )
        return self
