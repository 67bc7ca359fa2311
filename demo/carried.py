"""Rows that land on another date than their own: late ones, the same once more, older versions, removals.

Belongs here: which rows, how much later, and keeping them beside the state until then. Not here: how their files look
(quirks.py). A date that is made again keeps the same rows back, so nothing is lost or doubled when a run is killed.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.feather as feather

from demo.days import to_day
from demo.draws import Array, Draws
from demo.quirks import Quirks
from foundation.contract import Table, landing_table

# Tables of what happened, by the column that says which rows belong together: what follows from a late contact is late too.
_HAPPENED = {"core_banking.transactions": ("transaction_id", 0.005), "app.events": ("event_id", 0.01)}
_CONTACT = ("contact_id", 0.01)
_AGAIN = 0.002  # of what happened, told once more
_WITHDRAWN = {"core_banking.account_holders": ("account_no", 0.06, 40), "call_centre.contacts": ("contact_id", 0.004, 7)}
_OLDER, _OLDER_ROWS, _OLDER_DAYS = 0.01, 40, 30
_LATEST = 7  # days
_DIGITS = 14  # of a key, that choose its fate
_MAY_BE_ABSENT = ("app.events", "core_banking.benefit_events", "call_centre.surveys")


class Carried:
    """What one date keeps back, and what earlier dates kept back for it."""

    def __init__(self, folder: Path, on: date, draws: Draws, *, is_first: bool) -> None:
        self._folder, self._on, self._draws, self._is_first = folder, on, draws, is_first
        self._kept = 0

    def keep_back(self, full_name: str, rows: pa.Table, quirks: Quirks) -> pa.Table:
        """The rows that land today; the others are kept, with what is to follow those that land."""
        table = landing_table(full_name)
        if table.version is not None:
            self._keep_older(table, rows)
        if not self._is_first:
            rows = self._keep_late(table, rows, quirks)
            self._keep_again(table, rows)
        self._keep_removals(table, rows)
        return rows

    def due(self) -> Iterator[tuple[str, str, pa.Table]]:
        """Table, kind and rows of all that was kept back for today."""
        found: dict[tuple[str, str], list[Path]] = defaultdict(list)
        for path in sorted((self._folder / str(self._on)).glob("*.arrow")):
            source, name, kind = path.name.split(".")[:3]
            found[f"{source}.{name}", kind].append(path)
        for (full_name, kind), paths in sorted(found.items()):
            yield full_name, kind, pa.concat_tables([feather.read_table(path, memory_map=False) for path in paths])

    def forget(self) -> None:
        """Drop what was kept for dates before this one: they are done."""
        for folder in self._folder.glob("????-??-??"):
            if folder.name < str(self._on):
                shutil.rmtree(folder)

    def _keep(self, table: Table, kind: str, rows: pa.Table, lag: Array) -> None:
        for days in np.unique(lag).tolist():
            self._kept += 1
            folder = self._folder / str(self._on + timedelta(days=days))
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{table.full_name}.{kind}.{self._on}.{self._kept:03d}.arrow"
            feather.write_feather(rows.filter(pa.array(lag == days)), path, compression="uncompressed")

    def _keep_late(self, table: Table, rows: pa.Table, quirks: Quirks) -> pa.Table:
        column, share = _late_by(table)
        if column is None or rows.num_rows == 0:
            return rows
        number = _digits(rows.column(column))
        late = (self._draws.uniform(f"late/{column}", number) < share) & (number > 0)
        longest = _LATEST
        if table.full_name in _MAY_BE_ABSENT and quirks.is_absent(table):
            late, longest = np.ones(len(late), dtype=bool), 1
            quirks.note(table.full_name, "", "absent", rows.num_rows)
        if "message_id" in rows.column_names:  # what answers a message comes with it
            late &= rows.column("message_id").is_null().to_numpy()
        if not late.any():
            return rows
        lag = 1 + self._draws.below(f"lag/{column}", number[late], longest)
        self._keep(table, "late", rows.filter(pa.array(late)), lag)
        return rows.filter(pa.array(~late))

    def _keep_again(self, table: Table, rows: pa.Table) -> None:
        if table.full_name not in _HAPPENED:
            return
        number = _digits(rows.column(_HAPPENED[table.full_name][0]))
        again = np.flatnonzero(self._draws.uniform(f"again/{table.full_name}", number) < _AGAIN)
        lag = 1 + self._draws.below("again/lag", number[again], _LATEST)
        self._keep(table, "again", rows.take(pa.array(again)), lag)

    def _keep_removals(self, table: Table, rows: pa.Table) -> None:
        if table.full_name not in _WITHDRAWN:
            return
        column, share, longest = _WITHDRAWN[table.full_name]
        number = _digits(rows.column(column))
        gone = np.flatnonzero(self._draws.uniform(f"gone/{table.full_name}", number) < share)
        keys = rows.select(list(table.key)).take(pa.array(gone))
        removals = keys.append_column("_deleted", pa.repeat(pa.scalar(True), len(gone)))
        self._keep(table, "removed", removals, 1 + self._draws.below("gone/lag", number[gone], longest))

    def _keep_older(self, table: Table, rows: pa.Table) -> None:
        index = np.arange(rows.num_rows)
        chosen = self._draws.uniform(f"older/{table.full_name}", index, to_day(self._on)) < _OLDER
        index = index[chosen][:_OLDER_ROWS]
        lag = 1 + self._draws.below("older/lag", index, _LATEST, to_day(self._on))
        self._keep(table, "older", _as_known_before(table, rows.take(pa.array(index))), lag)


def _late_by(table: Table) -> tuple[str | None, float]:
    if any(column.name == _CONTACT[0] for column in table.columns):
        return _CONTACT
    return _HAPPENED.get(table.full_name, ("", 0.0)) if table.full_name in _HAPPENED else (None, 0.0)


def _digits(column: Any) -> Array:
    """The digits at the end of each text as a number; 0 where there is none."""
    tail = pc.utf8_slice_codeunits(pc.fill_null(column, "0"), -_DIGITS)
    try:
        number: Array = pc.cast(tail, pa.int64()).to_numpy()
    except pa.ArrowInvalid:
        digits = pc.utf8_slice_codeunits(pc.replace_substring_regex(column, r"[^0-9]", ""), -_DIGITS)
        number = pc.cast(pc.if_else(pc.equal(pc.fill_null(digits, ""), ""), "0", digits), pa.int64()).to_numpy()
    return number


def _as_known_before(table: Table, rows: pa.Table) -> pa.Table:
    """What the rows said a month earlier: less, and the other answer."""
    assert table.version is not None  # noqa: S101 - asked of versioned tables alone
    for place, name in enumerate(rows.column_names):
        column, spec = rows.column(name), table.column(name)
        if name == table.version:
            wide = pa.int32() if pa.types.is_date32(column.type) else pa.int64()
            unit = 1 if pa.types.is_date32(column.type) else 86_400
            earlier = pc.subtract(column.cast(wide), pa.scalar(_OLDER_DAYS * unit, wide)).cast(column.type)
        elif spec.required and spec.type != "boolean":
            continue
        else:
            earlier = pc.invert(column) if spec.required else pa.nulls(rows.num_rows, column.type)
        rows = rows.set_column(place, name, earlier)
    return rows
