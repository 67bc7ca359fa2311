"""The entries of a bank's mapping file as records: which connection fills which landing table, and how changes are found.

Belongs here: what an entry may say. Not here: reading the file and holding it against the contract (mapping_file.py), what is
done with it (sql/, rest/). Addresses and secrets are named by the environment variable that holds them, never written down.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_BIND = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")


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


class SqlConnection(Record):
    """A database. `time_zone`: of its timestamps without offset, where it is not the bank's."""

    kind: Literal["sql"]
    url: Variable
    time_zone: TimeZone | None = None
    timeout_seconds: Annotated[int, Field(ge=1)] = 600


class OAuth2(Record):
    """Client credentials: a token is fetched, and fetched anew when it is refused."""

    token_url: Variable
    client_id: Variable
    client_secret: Variable
    scope: Text | None = None


class RestConnection(Record):
    """An interface that answers JSON, with a bearer token, OAuth 2 client credentials, or neither."""

    kind: Literal["rest"]
    url: Variable
    token: Variable | None = None
    oauth2: OAuth2 | None = None
    requests_per_second: Annotated[float, Field(gt=0)] | None = None
    time_zone: TimeZone | None = None
    timeout_seconds: Annotated[float, Field(gt=0)] = 30.0

    @model_validator(mode="after")
    def _one_way_in(self) -> RestConnection:
        if self.token and self.oauth2:
            raise ValueError("give token or oauth2, not both")
        return self


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


class RestChangedSince(ChangedSince):
    """The same for an interface: `parameter` carries the mark, written as `format` (strftime) where ISO 8601 does not suit."""

    parameter: Text
    format: Text | None = None

    @model_validator(mode="after")
    def _only_times_have_a_format(self) -> RestChangedSince:
        if self.format and self.type not in ("timestamp", "date"):
            raise ValueError("format is for marks of type timestamp or date")
        return self


class SqlBusinessDate(Record):
    """Rows dated (`column`, a date) after the last date that was landed, less `overlap` days, up to the date that is landed."""

    by: Literal["business_date"]
    column: Text
    overlap: Annotated[int, Field(ge=0)] = 0


class RestBusinessDate(Record):
    """`parameter` carries the date that is landed; `from_parameter` the first one that was not landed before."""

    by: Literal["business_date"]
    parameter: Text
    from_parameter: Text | None = None


class _Entry(Record):
    """What every entry says. Fewer rows than `min_rows` or more than `max_rows` are an error, and nothing lands."""

    table: str
    connection: str
    columns: Columns
    min_rows: Annotated[int, Field(ge=0)] = 0
    max_rows: Annotated[int, Field(ge=1)] | None = None


class SqlEntry(_Entry):
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


class NoPages(Record):
    """One answer holds all."""

    style: Literal["none"]


class PageNumbers(Record):
    """Pages counted from `first`, until one is empty."""

    style: Literal["page"]
    parameter: Text = "page"
    first: Annotated[int, Field(ge=0)] = 1
    size_parameter: Text | None = None
    size: Annotated[int, Field(ge=1)] = 500


class Offsets(Record):
    """Rows skipped so far, until none come."""

    style: Literal["offset"]
    parameter: Text = "offset"
    size_parameter: Text | None = "limit"
    size: Annotated[int, Field(ge=1)] = 500


class Cursors(Record):
    """The answer names what to ask for next (`cursor`, a path in its body), until it names nothing."""

    style: Literal["cursor"]
    cursor: Text
    parameter: Text = "cursor"
    size_parameter: Text | None = None
    size: Annotated[int, Field(ge=1)] = 500


class Links(Record):
    """The `Link` header with rel="next" is the next address, until there is none."""

    style: Literal["link"]
    size_parameter: Text | None = None
    size: Annotated[int, Field(ge=1)] = 500


Paging = NoPages | PageNumbers | Offsets | Cursors | Links


class RestEntry(_Entry):
    """One landing table from an interface: the `rows` of each answer, each column a JMESPath expression over one."""

    path: Annotated[str, Field(pattern=r"^/")]
    parameters: dict[str, str] = {}
    rows: Text = "@"
    paging: Annotated[Paging, Field(discriminator="style")]
    changes: Annotated[Full | RestChangedSince | RestBusinessDate, Field(discriminator="by")]


Connection = Annotated[SqlConnection | RestConnection, Field(discriminator="kind")]
Entry = SqlEntry | RestEntry


class Mapping(Record):
    """A bank's mapping file, whole and held against the contract."""

    connections: dict[str, Connection]
    tables: tuple[SqlEntry | RestEntry, ...]
