"""The public sets: reading their mapping, and landing one as a bank's third_party.people.

Belongs here: what an entry of sets.yml may say, and the landing file it makes. Not here: taking it in (store.py), linking it with
Splink alone (alone.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import duckdb
import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from foundation.home import Home
from foundation.sql import quoted

SETS = Path(__file__).with_name("sets.yml")
LANDED_ON = "2025-01-01"
PROVIDER = "public"
Column = Literal["full_name", "birth_date", "id_number", "mobile", "email", "address", "city"]


class SetError(ValueError):
    """A mapping or a set's file cannot be used. The message names the entry and the mend."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Comparison(_Record):
    """An entry of Splink's comparison_library: its name, its column (and a second one), its options."""

    name: str
    column: str
    second: str | None = None
    options: Mapping[str, Any] = {}
    by_frequency: bool = False


class Alone(_Record):
    """How a set is linked by Splink alone."""

    blocks: Annotated[tuple[tuple[str, ...], ...], Field(min_length=1)]
    comparisons: Annotated[tuple[Comparison, ...], Field(min_length=1)]
    sure: Annotated[tuple[str, ...], Field(min_length=1)]
    recall: Annotated[float, Field(gt=0, le=1)]
    sessions: Annotated[tuple[tuple[str, ...], ...], Field(min_length=1)]


class PublicSet(_Record):
    """One set: its file, whose each record truly is, and what of it is which column of a bank."""

    file: Path
    record: str
    person: str
    people: Annotated[Mapping[Column, str], Field(min_length=1)]
    splink: Alone | None = None


_SETS = TypeAdapter(dict[str, PublicSet])


def read_sets(path: Path = SETS) -> dict[str, PublicSet]:
    """The entries of a mapping file. Errors: SetError."""
    try:
        return _SETS.validate_python(yaml.safe_load(path.read_text(encoding="utf-8"))["sets"])
    except (OSError, yaml.YAMLError, TypeError, KeyError) as error:
        raise SetError(f"{path} is no mapping of sets ({type(error).__name__}): {SETS.name} shows what one looks like") from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise SetError("\n  ".join([f"{path} cannot be used:", *faults])) from None


def show(connection: duckdb.DuckDBPyConnection, one: PublicSet, data: Path) -> None:
    """Makes the table `originals`: the set's columns as text, blank as null. Errors: SetError."""
    file = data / one.file
    reader = "read_parquet({})" if file.suffix == ".parquet" else "read_csv({}, header = true, all_varchar = true)"
    try:
        names = connection.sql(f"from {reader.format(quoted(file))}").columns
        columns = ", ".join(f'nullif(trim("{name}"::varchar), \'\') as "{name.strip()}"' for name in names)
        connection.execute(f"create or replace table originals as select {columns} from {reader.format(quoted(file))}")
        connection.execute(
            f"create or replace table truth as select {quoted(PROVIDER + ':')} || {one.record} as record_id,"
            f" cast({one.person} as varchar) as person_id from originals"
        )
    except duckdb.Error as error:
        raise SetError(f"{file} cannot be read as its entry says: {str(error).splitlines()[0]}") from None


def land(connection: duckdb.DuckDBPyConnection, one: PublicSet, home: Home) -> int:
    """Lands `originals` as third_party.people, and says how many records they are. Errors: SetError."""
    folder = home.landing / "third_party" / "people" / LANDED_ON
    folder.mkdir(parents=True)
    columns = ", ".join(f"{sql} as {column}" for column, sql in one.people.items())
    try:
        connection.execute(
            f"copy (select {quoted(PROVIDER)} as provider, {one.record} as record_id, {columns},"
            f" date {quoted(LANDED_ON)} as observed_on from originals) to {quoted(folder / 'people.parquet')} (format parquet)"
        )
    except duckdb.Error as error:
        raise SetError(f"{one.file} cannot be mapped as its entry says: {str(error).splitlines()[0]}") from None
    return int((connection.execute("select count(*) from originals").fetchone() or (0,))[0])
