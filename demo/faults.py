"""Faults planted in otherwise good drops, each remembered with file, line, column and reason.

Belongs here: which fault goes where. Not here: which faults there are (fault_kinds.py), good rows (*_records.py), writing
(drop.py), where the truth is kept (truth.py).
A row fault is a row of its own under a key that nobody else has. A cell fault stands in a copy of a good row right before
that row, which replaces it. So no good row and no good value is lost. Each fault of a table has its date in every four
weeks; large files hold more of them, and fewer than one row in a hundred is spoilt (in a small file, a few).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa

from demo.days import to_day
from demo.draws import Draws
from demo.fault_kinds import Fault, faults_of, sound_row
from demo.text_lines import as_text, line_breaks_inside
from foundation.contract import landing_table

SHARE = 100  # at most one row in so many is spoilt
CYCLE = 28  # dates until each fault has been planted
_FEW, _MOST = 3, 12  # faults of rows in a small file, in any file
_BIG = 400


@dataclass(frozen=True)
class Planted:
    """One fault that now stands in a file. The line counts from 1: in CSV the header, in Parquet the first row; a record of
    several lines counts by its first. `planted`: the value that stands there, or how the line is broken."""

    source: str
    table_name: str
    business_date: date
    file: str
    line: int
    column_name: str | None
    reason: str
    kind: str
    key: str | None
    planted: str | None


@dataclass(frozen=True)
class _Insert:
    """A spoilt row, and the good row before which it stands."""

    before: int
    fault: Fault
    row: pa.Table
    value: str | None


@dataclass
class Planter:
    """Plants the faults of one date, the `number`-th of the bank (from 0)."""

    draws: Draws
    on: date
    number: int
    planted: list[Planted] = field(default_factory=list)
    _times: dict[str, Counter[Fault]] = field(default_factory=lambda: defaultdict(Counter))
    _sample: dict[str, pa.Table] = field(default_factory=dict)  # a good row of each table that landed today
    _made: int = 0

    def spoil(self, full_name: str, file: str, rows: pa.Table, format_: str) -> tuple[pa.Table, dict[int, str]]:
        """The rows with faults among them, and by row number (from 0) how its line is to be broken."""
        if rows.num_rows:
            self._sample.setdefault(full_name, rows.slice(rows.num_rows // 2, 1))
        known = (None, "_deleted", *rows.column_names)
        faults = [fault for fault in self._chosen(full_name, rows.num_rows, format_) if fault.column in known]
        return self._plant(full_name, file, rows, format_, faults)

    def left_over(self, full_name: str, format_: str) -> list[Fault]:
        """Today's faults that no file has taken and one of this format can hold."""
        times, kinds = self._times[full_name], ("row", "cell") if full_name in self._sample and self.number else ("row",)
        due = [fault for fault in self._due(full_name) if fault.kind in kinds and format_ in fault.formats and not times[fault]]
        return due if self.number else due[:1]

    def plant_alone(self, full_name: str, file: str, format_: str, faults: Sequence[Fault]) -> tuple[pa.Table, dict[int, str]]:
        """Rows that are nothing but faults; and where one of them is a cell's, the good row that it is a copy of, once more."""
        names = [column.name for column in landing_table(full_name).columns]
        rows = pa.table({name: pa.array([], pa.string()) for name in names})
        if any(fault.kind == "cell" for fault in faults):
            sample = as_text(self._sample[full_name])
            rows = sample.select([name for name in names if name in sample.column_names])
            faults = [fault for fault in faults if fault.column in (None, "_deleted", *rows.column_names)]
        return self._plant(full_name, file, rows, format_, faults)

    def _due(self, full_name: str) -> list[Fault]:
        faults = faults_of(full_name)
        if self.number == 0:
            return [*faults]
        today = (self.number + self.draws.one(f"cycle/{full_name}", CYCLE)) % CYCLE
        return [fault for place, fault in enumerate(faults) if _turn(fault, place) == today]

    def _chosen(self, full_name: str, rows: int, format_: str) -> list[Fault]:
        if self.number == 0:
            return self._chosen_first(full_name, rows, format_)
        faults, every = self._due(full_name), faults_of(full_name)
        if rows > _BIG:
            faults.append(every[(self.number * 5 + len(self.planted)) % len(every)])
        able = [fault for fault in dict.fromkeys(faults) if format_ in fault.formats and not self._times[full_name][fault]]
        return [fault for fault in able if fault.kind == "row" or rows]

    def _chosen_first(self, full_name: str, rows: int, format_: str) -> list[Fault]:
        """As many as the file's size allows, those first that its date has least of. Bad cells cost nothing, and what lands but
        once has them now or never: a few rows are enough for them."""
        times = self._times[full_name]
        able = sorted((fault for fault in faults_of(full_name) if format_ in fault.formats), key=times.__getitem__)
        room = max(_FEW - sum(times.values()), min(rows // SHARE, _MOST))
        cells = [fault for fault in able if fault.kind == "cell" and (rows > SHARE or (rows > 5 and not times[fault]))]
        return [fault for fault in able if fault.kind == "row"][:room] + cells[:_MOST]

    def _plant(
        self, full_name: str, file: str, rows: pa.Table, format_: str, faults: Sequence[Fault]
    ) -> tuple[pa.Table, dict[int, str]]:
        if not faults:
            return rows, {}
        if any(fault.column == "_deleted" for fault in faults) and "_deleted" not in rows.column_names:
            rows = rows.append_column("_deleted", pa.nulls(rows.num_rows, pa.string()))
        salt = f"{full_name}/{file}"
        inserts = [self._insert(full_name, salt, rows, place, fault) for place, fault in enumerate(faults)]
        inserts.sort(key=lambda insert: insert.before)
        spoilt = _put_in(rows, inserts)
        # In CSV a value's line ends are lines of the file.
        inside = line_breaks_inside(spoilt) if format_ == "csv" else np.zeros(spoilt.num_rows, dtype=np.int64)
        lines = np.arange(spoilt.num_rows) + np.cumsum(inside) - inside + (2 if format_ == "csv" else 1)
        breaks = {}
        for place, insert in enumerate(inserts):
            at = insert.before + place
            self._remember(full_name, file, int(lines[at]), insert)
            if insert.fault.broken:
                breaks[at] = insert.fault.broken
        return spoilt, breaks

    def _insert(self, full_name: str, salt: str, rows: pa.Table, place: int, fault: Fault) -> _Insert:
        self._times[full_name][fault] += 1
        self._made += 1
        day = to_day(self.on)
        value = fault.values[(self.number + self._made) % len(fault.values)]
        if fault.kind == "cell":
            at = self.draws.one(f"{salt}/cell/{place}", rows.num_rows, day)
            row = rows.slice(at, 1)
        else:
            at = self.draws.one(f"{salt}/row/{place}", rows.num_rows + 1, day)
            sound = sound_row(landing_table(full_name), f"BAD-{self.on:%Y%m%d}-{self._made:03d}", self.on)
            row = pa.table(
                {each.name: pa.array([sound.get(each.name)], pa.string()).cast(each.type) for each in rows.schema}, rows.schema
            )
        if fault.column is not None:
            index = row.column_names.index(fault.column)
            row = row.set_column(index, row.schema.field(index), pa.array([value], row.schema.field(index).type))
        return _Insert(at, fault, row, value)

    def _remember(self, full_name: str, file: str, line: int, insert: _Insert) -> None:
        parts = [insert.row.column(name)[0].as_py() for name in landing_table(full_name).key]
        key = None if any(part is None for part in parts) else ":".join(str(part) for part in parts)
        fault, (source, table) = insert.fault, full_name.split(".")
        self.planted.append(
            Planted(source, table, self.on, file, line, fault.column, fault.reason, fault.kind, key, fault.broken or insert.value)
        )


def _turn(fault: Fault, place: int) -> int:
    """On which date of a cycle a fault is due. Broken lines come together, for one alone makes a file slow to read."""
    if fault.broken is not None:
        return 0 if "csv" in fault.formats else 1
    return 2 + place % (CYCLE - 2)


def _put_in(rows: pa.Table, inserts: Sequence[_Insert]) -> pa.Table:
    """The rows with the spoilt ones among them."""
    pieces, done = [], 0
    for insert in inserts:
        pieces += [rows.slice(done, insert.before - done), insert.row]
        done = insert.before
    return pa.concat_tables([*pieces, rows.slice(done)])
