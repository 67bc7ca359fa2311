"""A bank's mapping file as one record: which connection fills which landing table.

Belongs here: the two kinds of source together. Not here: what an entry may say (entries.py, sql/entry.py, rest/entry.py), reading
the file and holding it against the contract (mapping_file.py).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from integrations.sources.entries import Record
from integrations.sources.rest.entry import RestConnection, RestEntry
from integrations.sources.sql.entry import SqlConnection, SqlEntry

Connection = Annotated[SqlConnection | RestConnection, Field(discriminator="kind")]
Entry = SqlEntry | RestEntry


class Mapping(Record):
    """A bank's mapping file, whole and held against the contract."""

    connections: dict[str, Connection]
    tables: tuple[Entry, ...]
