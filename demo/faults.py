"""Faults planted in otherwise good drops, each remembered with file, line, column and reason.

Belongs here: which fault goes where. Not here: good rows (*_records.py), writing (drop.py), where the truth is kept (truth.py).
A row fault is a row of its own under a key that nobody else has, so that no good row is lost; a cell fault spoils one
nullable value of a good row. Fewer than one row in a hundred is spoilt.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo.days import to_day
from demo.draws import Draws
from foundation.contract import landing_table


@dataclass(frozen=True)
class Fault:
    """A kind of fault; `value` stands in the column instead of what belongs there."""

    reason: str
    column: str | None
    value: str | None = None
    kind: str = "row"
    text_only: bool = False  # a typed file cannot hold it
    spares: str | None = None  # never written over this value, which others reckon with


def _cell(reason: str, column: str, value: str) -> Fault:
    return Fault(reason, column, value, "cell", text_only=True)


def _text(reason: str, column: str, value: str) -> Fault:
    return Fault(reason, column, value, text_only=True)


MALFORMED = Fault("malformed_row", None, text_only=True)
FAULTS: dict[str, tuple[Fault, ...]] = {
    "core_banking.customers": (
        _cell("not_allowed", "gender", "X"),
        _text("not_allowed", "customer_type", "vip"),
        Fault("null_key", "customer_no"),
        _cell("bad_type", "birth_date", "1980-02-31"),
        MALFORMED,
        Fault("null_value", "opened_on"),
        _cell("bad_type", "monthly_income", "n/a"),
        _text("bad_type", "opened_on", "2025-13-01"),
    ),
    "core_banking.accounts": (
        Fault("null_key", "account_no"),
        Fault("null_value", "product_code"),
        _cell("bad_type", "credit_limit", "unlimited"),
        _text("bad_type", "opened_on", "yesterday"),
        MALFORMED,
    ),
    "core_banking.account_holders": (_text("not_allowed", "role", "friend"), Fault("null_value", "role")),
    "core_banking.balances": (
        Fault("null_value", "balance"),
        _text("bad_key", "balance_date", "2026-02-30"),
        Fault("null_key", "account_no"),
        _text("bad_type", "balance", "abc"),
        _cell("bad_type", "days_past_due", "late"),
        MALFORMED,
    ),
    "core_banking.transactions": (
        Fault("null_value", "amount"),
        Fault("not_allowed", "direction", "sideways"),
        _text("bad_type", "amount", "abc"),
        Fault("not_allowed", "channel", "fax", "cell", spares="system"),
        Fault("null_key", "transaction_id"),
        _text("bad_type", "posted_at", "2026-02-30 10:00:00"),
        MALFORMED,
        Fault("null_value", "account_no"),
    ),
    "app.users": (Fault("null_key", "app_user_id"), _text("bad_type", "registered_at", "last summer")),
    "app.events": (Fault("null_value", "event_name"), Fault("null_key", "event_id"), Fault("null_value", "occurred_at")),
    "call_centre.contacts": (
        _text("not_allowed", "channel", "fax"),
        _cell("bad_type", "wait_seconds", "soon"),
        _cell("not_allowed", "outcome", "lost"),
        Fault("null_value", "started_at"),
        MALFORMED,
    ),
    "third_party.people": (
        _cell("bad_type", "credit_score", "high"),
        Fault("null_key", "record_id"),
        _text("bad_type", "observed_on", "2026-00-10"),
        MALFORMED,
    ),
    "engagement.consents": (
        Fault("null_value", "is_granted"),
        _text("bad_type", "is_granted", "perhaps"),
        Fault("null_key", "customer_no"),
        _text("bad_type", "changed_at", "2026-01-01 25:61:00"),
    ),
}
SHARE = 100  # at most one row in so many is spoilt


@dataclass(frozen=True)
class Planted:
    """One fault that now stands in a file. The line counts from 1: in CSV the header, in Parquet the first row."""

    source: str
    table_name: str
    business_date: date
    file: str
    line: int
    column_name: str | None
    reason: str
    kind: str
    key: str | None


@dataclass
class Planter:
    """Plants the faults of one date."""

    draws: Draws
    on: date
    is_first: bool
    planted: list[Planted] = field(default_factory=list)

    def spoil(self, full_name: str, file: str, rows: pa.Table, as_text: bool) -> tuple[pa.Table, dict[int, str]]:
        """The rows with faults among them, and by row number (from 0) what to append to a malformed line."""
        faults = self._chosen(full_name, rows.num_rows, as_text)
        if not faults:
            return rows, {}
        salt, day = f"{full_name}/{file}", to_day(self.on)
        start = self.draws.one(salt, rows.num_rows - SHARE + 1, day)  # the rows that faults are made from
        insert_at = self.draws.one(salt + "/at", rows.num_rows + 1, day)
        extra = [fault for fault in faults if fault.kind == "row"]
        cells = [fault for fault in faults if fault.kind == "cell"]
        header, appended = 2 if as_text else 1, {}
        for number, fault in enumerate(cells):
            at = _spared(rows, fault, start + number)
            rows = _with_value(rows, fault, at)
            key = self._key(full_name, rows.slice(at, 1))
            self._remember(full_name, file, at + header + (len(extra) if at >= insert_at else 0), fault, key)
        block = []
        for number, fault in enumerate(extra):
            row = self._fake_row(full_name, rows.slice(start + len(cells) + number, 1), fault)
            block.append(row)
            if fault is MALFORMED:
                appended[insert_at + number] = ",one,too,many"
            self._remember(full_name, file, insert_at + number + header, fault, self._key(full_name, row))
        return pa.concat_tables([rows.slice(0, insert_at), *block, rows.slice(insert_at)]), appended

    def _chosen(self, full_name: str, rows: int, as_text: bool) -> list[Fault]:
        possible = [fault for fault in FAULTS.get(full_name, ()) if as_text or not fault.text_only]
        room = min((rows - 1) // SHARE, len(possible))
        wanted = room if self.is_first else min(room, 2 if rows > 400 else 1)
        turn = 0 if self.is_first else to_day(self.on)
        return [possible[(turn + number) % len(possible)] for number in range(max(wanted, 0))]

    def _fake_row(self, full_name: str, row: pa.Table, fault: Fault) -> pa.Table:
        key = landing_table(full_name).key
        named = key[-1] if full_name == "third_party.people" else key[0]
        fake = f"BAD-{self.on:%Y%m%d}-{len(self.planted) + 1:03d}"
        row = _set(row, named, fake)
        return row if fault.column is None else _set(row, fault.column, fault.value)

    def _key(self, full_name: str, row: pa.Table) -> str | None:
        parts = [row.column(name)[0].as_py() for name in landing_table(full_name).key]
        return None if any(part is None for part in parts) else ":".join(str(part) for part in parts)

    def _remember(self, full_name: str, file: str, line: int, fault: Fault, key: str | None) -> None:
        source, table = full_name.split(".")
        self.planted.append(Planted(source, table, self.on, file, line, fault.column, fault.reason, fault.kind, key))


def _set(row: pa.Table, name: str, value: str | None) -> pa.Table:
    at = row.schema.get_field_index(name)
    kind = row.schema.field(at).type
    return row.set_column(at, row.schema.field(at), pa.array([value], kind))


def _spared(rows: pa.Table, fault: Fault, at: int) -> int:
    """The first row from `at` on, round the end, whose value may be written over."""
    if fault.spares is None:
        return at
    free = pc.indices_nonzero(pc.not_equal(rows.column(fault.column), fault.spares)).to_numpy()
    return int(free[np.searchsorted(free, at) % len(free)]) if len(free) else at


def _with_value(rows: pa.Table, fault: Fault, at: int) -> pa.Table:
    assert fault.column is not None  # noqa: S101 - a cell fault has a column
    index = rows.schema.get_field_index(fault.column)
    column = rows.column(index)
    spoilt = pa.chunked_array([*column.slice(0, at).chunks, pa.array([fault.value], column.type), *column.slice(at + 1).chunks])
    return rows.set_column(index, rows.schema.field(index), spoilt)


def as_text(rows: pa.Table) -> pa.Table:
    """Every column as the text that a CSV file holds."""
    return pa.table({name: pc.cast(rows.column(name), pa.string()) for name in rows.column_names})
