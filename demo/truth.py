"""What is true about the demo bank, written beside the state for tests and reports; nothing that decides reads it.

Belongs here: faults planted, who is who, who drifts away. Not here: the drops themselves, other causes (causes.py).
- bad_rows.parquet: one row per planted fault.
- landing_quirks.parquet: one row per thing that is odd about a good file or folder: what, and how many rows it concerns.
- people.parquet: one row per record of a source: person_id, source, table_name, record_id (key parts joined by ':').
- callers/<date>.parquet: one row per contact: contact_id, person_id.
- lookalikes.parquet: pairs of different people who share a birth date, a phone or a recycled number.
- drifters.parquet: one row per customer who fades: drift_on, silent_from, leave_on, return_on, closed_on.
- one file for each cause that is planted in what customers do: causes.py says which.
- effects/<date>.parquet: one row per treatment (a customer whom a strategy reached) taken in on the date: the planted lift,
  whether it moves the customer (is_moved), from when (acts_on, for_days) and with how much; delivery_id is its first delivery.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from demo.bank_model import Model
from demo.causes import CAUSES
from demo.columns import Column, blank, dates, joined, numbered, picked, repeated
from demo.days import FAR
from demo.draws import Array
from demo.faults import Planted
from demo.outside_records import providers_tell, third_party_people, users
from demo.population import FADING_DAYS

_BAD_ROWS = pa.schema(
    [
        ("source", pa.string()),
        ("table_name", pa.string()),
        ("business_date", pa.date32()),
        ("file", pa.string()),
        ("line", pa.int64()),
        ("column_name", pa.string()),
        ("reason", pa.string()),
        ("kind", pa.string()),
        ("key", pa.string()),
        ("planted", pa.string()),
    ]
)
_QUIRKS = pa.schema(
    [
        ("business_date", pa.date32()),
        ("source", pa.string()),
        ("table_name", pa.string()),
        ("file", pa.string()),
        ("quirk", pa.string()),
        ("rows", pa.int64()),
    ]
)


def _write(path: Path, rows: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    pq.write_table(rows, partial)
    partial.replace(path)


class Truth:
    """The truth's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add_bad_rows(self, on: date, planted: list[Planted]) -> None:
        """A date's faults, after those of the dates before it."""
        self._add("bad_rows", on, pa.Table.from_pylist([asdict(fault) for fault in planted], _BAD_ROWS))

    def add_quirks(self, on: date, noted: list[tuple[str, str, str, int]]) -> None:
        """A date's quirks, after those of the dates before it."""
        rows = [(on, *full_name.split("."), *rest) for full_name, *rest in noted]
        self._add(
            "landing_quirks", on, pa.Table.from_pylist([dict(zip(_QUIRKS.names, row, strict=True)) for row in rows], _QUIRKS)
        )

    def _add(self, name: str, on: date, rows: pa.Table) -> None:
        """What stands there of the date itself is an unfinished run's, and of later dates nothing can stand there."""
        path = self.folder / f"{name}.parquet"
        known = pq.read_table(path, schema=rows.schema) if path.exists() else rows.schema.empty_table()
        _write(path, pa.concat_tables([known.filter(pc.less(known["business_date"], pa.scalar(on))), rows]))

    def add_callers(self, on: date, contacts: pa.Table, people: Array) -> None:
        rows = pa.table({"contact_id": contacts["contact_id"], "person_id": person_ids(people)})
        _write(self.folder / "callers" / f"{on}.parquet", rows)

    def add_treatments(self, on: date, rows: pa.Table) -> None:
        _write(self.folder / "effects" / f"{on}.parquet", rows)

    def write_people(self, model: Model, last: int) -> None:
        """Who is who, who drifts, and what else happens for a reason, for all records landed up to a day."""
        _write(self.folder / "people.parquet", people(model, last))
        _write(self.folder / "lookalikes.parquet", lookalikes(model, last))
        _write(self.folder / "drifters.parquet", drifters(model, last))
        for name, cause in CAUSES.items():
            _write(self.folder / f"{name}.parquet", cause(model, last))


def person_ids(people: Array) -> Column:
    return numbered("P", people, 9)


def _records(source: str, table: str, ids: Column, people: Array) -> pa.Table:
    rows = len(people)
    return pa.table(
        {
            "person_id": person_ids(people),
            "source": repeated(source, rows),
            "table_name": repeated(table, rows),
            "record_id": ids,
        }
    )


def people(model: Model, last: int) -> pa.Table:
    """One row per person's record."""
    p = model.population
    index = np.flatnonzero((p.open_day <= last) & ~p.is_organisation)
    tables = [_records("core_banking", "customers", model.customer_numbers(index), p.person[index])]
    for day in filter(lambda day: providers_tell(model, day), range(model.first, last + 1)):
        rows, known = third_party_people(model, day)
        ids = joined(rows["provider"].combine_chunks(), ":", rows["record_id"].combine_chunks())
        tables.append(_records("third_party", "people", ids, known))
    registered, owners = users(model, last, everybody=True)
    tables.append(_records("app", "users", registered["app_user_id"], owners))
    return pa.concat_tables(tables).group_by(["person_id", "source", "table_name", "record_id"], use_threads=False).aggregate([])


def lookalikes(model: Model, last: int) -> pa.Table:
    """Pairs of different people who are easily taken for one."""
    p = model.population
    index = np.flatnonzero((p.lookalike > 0) & (p.open_day <= last))
    kin, kind = p.people.kin, p.lookalike[index]
    other = np.where(kind == 1, kin.birth[index], kin.phone[index])
    return pa.table(
        {
            "person_a": person_ids(index),
            "person_b": person_ids(other),
            "kind": picked(["none", "twin", "family_phone", "recycled_number"], kind),
        }
    )


def drifters(model: Model, last: int) -> pa.Table:
    """Customers who fade away, have done so or will."""
    p = model.population
    index = np.flatnonzero((p.silent_from < FAR) & (p.open_day <= last))

    def day(days: Array) -> Column:
        return blank(dates(np.minimum(days[index], FAR)), days[index] >= FAR)

    return pa.table(
        {
            "customer_no": model.customer_numbers(index),
            "kind": picked(["silent", "leaver"], p.leave_day[index] < FAR),
            "drift_on": dates(p.silent_from[index] - FADING_DAYS),
            "silent_from": dates(p.silent_from[index]),
            "leave_on": day(p.leave_day),
            "return_on": day(p.returns),
            "closed_on": day(p.closed_day),
        }
    )
