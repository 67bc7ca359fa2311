"""What a steward reads: the next pair of the queue, both its records as their sources gave them, and the values left out as junk.

Belongs here: reading these, and what was said of a pair before. Not here: which pairs are in the queue
(outcome.py), drawing and asking (orchestration/), writing an answer down (integrations/sources/answers.py).
What this returns names people: it is for the steward's terminal alone, so no record shows its values when it is printed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import duckdb
import pyarrow as pa

from identity.keys import statement
from identity.normalise import find_known

SOURCES = ("core_banking.customers", "app.users", "third_party.people", "third_party.companies", "call_centre.callers")
# how the columns that identity is found by are called in their normal form, where it is another name
_NORMAL = {"full_name": "name"}
FIELDS = (
    "full_name", "kind", "birth_date", "gender", "id_number", "mobile", "email", "device_id", "address", "city", "credit_code",
    "customer_no",
)  # fmt: skip

Name = tuple[str, str]  # a record: its source and its key there
Likeness = Literal["same", "alike", "different", "unknown"]


@dataclass(frozen=True)
class Pair:
    """Two records by name, always in the same order, whichever is named first."""

    one: Name
    other: Name

    @classmethod
    def of(cls, a: Name, b: Name) -> Pair:
        return cls(*sorted((a, b)))


@dataclass(frozen=True)
class Waiting:
    """A pair of the queue, and how many wait with it."""

    pair: Pair
    probability: float
    evidence: str
    count: int


@dataclass(frozen=True)
class Record:
    """A record as its source gave it, and where it belongs now."""

    name: Name
    customer_id: str
    customer_records: int
    method: str
    first_seen_on: object
    given: dict[str, Any] = field(repr=False)
    normal: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Word:
    """What a steward said of a pair."""

    decision: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True)
class Junk:
    """A value, in its normal form, that says nothing about who a record is: listed in the rules, or shared by too many."""

    column: str
    reason: str
    records: int
    value: str = field(repr=False)


def junk_values(connection: duckdb.DuckDBPyConnection) -> list[Junk]:
    """All of them, those that most records had first."""
    rows = connection.execute(
        """
        select junk.column_name, junk.reason, count(*) as records, junk.value
        from vault.identity.junk as junk inner join vault.identity.left_out as left_out using (column_name, value)
        group by all order by records desc, junk.column_name, junk.value
        """
    ).fetchall()
    return [Junk(*row) for row in rows]


def next_waiting(connection: duckdb.DuckDBPyConnection, passed: Collection[Pair]) -> Waiting | None:
    """The likeliest pair that is not among those `passed`; None: nothing waits."""
    rows = [(*pair.one, *pair.other) for pair in passed]
    columns = list(zip(*rows, strict=True)) if rows else [()] * 4
    arrays = [pa.array(column, pa.string()) for column in columns]
    connection.register("passed", pa.table(arrays, names=["source_a", "record_a", "source_b", "record_b"]))
    found = connection.execute(
        """
        with named as (
            from passed union all select source_b, record_b, source_a, record_a from passed
        )
        select source_a, record_a, source_b, record_b, probability, evidence, count(*) over ()
        from resolution.review
        anti join named using (source_a, record_a, source_b, record_b)
        order by probability desc, source_a, record_a, source_b, record_b
        limit 1
        """
    ).fetchone()
    connection.unregister("passed")
    if found is None:
        return None
    return Waiting(Pair.of((found[0], found[1]), (found[2], found[3])), *found[4:])


def is_known(connection: duckdb.DuckDBPyConnection, name: Name) -> bool:
    """Whether identities were resolved with this record among them."""
    return (
        connection.execute("select 1 from resolution.identities where record_source = ? and record_id = ?", list(name)).fetchone()
        is not None
    )


def said_before(connection: duckdb.DuckDBPyConnection, pair: Pair) -> Word | None:
    """The newest word on a pair that has been taken in; of two at the same time the cautious one, as edges.py reads them."""
    found = connection.execute(
        """
        select decision, decided_by, decided_at
        from raw.stewardship__identity_decisions
        where (source_a, record_a, source_b, record_b) in (($a, $b, $c, $d), ($c, $d, $a, $b))
        order by decided_at desc, decision
        limit 1
        """,
        dict(zip("abcd", (*pair.one, *pair.other), strict=True)),
    ).fetchone()
    return Word(*found) if found else None


def show(connection: duckdb.DuckDBPyConnection, pair: Pair) -> tuple[Record, Record]:
    """Both records of a pair. Errors: KeyError, where one is no more there."""
    connection.execute("create or replace temp table sought (record_source varchar, record_id varchar)")
    connection.executemany("insert into sought values (?, ?)", _names(pair))
    connection.execute(f"create or replace temp table came as {statement('records', of_sought=True)}")
    find_known(connection)
    connection.execute(f"create or replace temp table normal as {statement('normal')}")
    normal = {(row["record_source"], row["record_id"]): row for row in _rows(connection, "from normal")}
    given = {
        (row["record_source"], row["record_id"]): row
        for row in _rows(
            connection,
            """
            select came.*, own.customer_id, own.method, (
                select count(*) from resolution.identities as every where every.customer_id = own.customer_id
            ) as customer_records
            from came
            inner join resolution.identities as own using (record_source, record_id)
            """,
        )
    }
    connection.execute("drop table came; drop table normal; drop table sought")
    one, other = (_record(name, given[name], normal[name]) for name in _names(pair))
    return one, other


def next_shown(connection: duckdb.DuckDBPyConnection, passed: Collection[Pair]) -> tuple[Waiting, tuple[Record, Record]] | None:
    """The next pair with both its records; one of which a record went since the queue was made is the next run's to take away."""
    gone: set[Pair] = set()
    while (waiting := next_waiting(connection, {*passed, *gone})) is not None:
        try:
            return waiting, show(connection, waiting.pair)
        except KeyError:
            gone.add(waiting.pair)
    return None


def likeness(column: str, a: Record, b: Record) -> Likeness:
    """How two records compare in a column: as given, or else in its normal form, by which identities are found."""
    if a.given[column] is None or b.given[column] is None:
        return "unknown"
    if a.given[column] == b.given[column]:
        return "same"
    form = _NORMAL.get(column, column)
    return "alike" if a.normal[form] is not None and a.normal[form] == b.normal[form] else "different"


def _names(pair: Pair) -> tuple[Name, Name]:
    return pair.one, pair.other


def _record(name: Name, given: dict[str, Any], normal: dict[str, Any]) -> Record:
    return Record(
        name, given["customer_id"], given["customer_records"], given["method"], given["first_seen_on"],
        {column: given[column] for column in FIELDS}, normal,
    )  # fmt: skip


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = connection.execute(query)
    names = [each[0] for each in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
