"""What an entry may say of an interface: its connection, where rows and columns are in an answer, paging, and changes.

Belongs here: the records. Not here: asking (client.py), going from page to page (paging.py).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from integrations.sources.entries import ChangedSince, Full, Record, TableEntry, Text, TimeZone, Variable


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


class RestChangedSince(ChangedSince):
    """The same for an interface: `parameter` carries the mark, written as `format` (strftime) where ISO 8601 does not suit."""

    parameter: Text
    format: Text | None = None

    @model_validator(mode="after")
    def _only_times_have_a_format(self) -> RestChangedSince:
        if self.format and self.type not in ("timestamp", "date"):
            raise ValueError("format is for marks of type timestamp or date")
        return self


class RestBusinessDate(Record):
    """`parameter` carries the date that is landed; `from_parameter` the first one that was not landed before."""

    by: Literal["business_date"]
    parameter: Text
    from_parameter: Text | None = None


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


class RestEntry(TableEntry):
    """One landing table from an interface: the `rows` of each answer, each column a JMESPath expression over one."""

    path: Annotated[str, Field(pattern=r"^/")]
    parameters: dict[str, str] = Field(default_factory=dict)
    rows: Text = "@"
    paging: Annotated[Paging, Field(discriminator="style")]
    changes: Annotated[Full | RestChangedSince | RestBusinessDate, Field(discriminator="by")]
