"""How a good file may look: formats, marks, line ends, orders of columns, doubles; what exports do and a reader must bear.

Belongs here: which file gets which quirk; changes of rows that change nothing of what they say. Not here: rows that come at
another time (carried.py), faults (faults.py), bytes (writing.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo.days import to_day
from demo.draws import Draws
from foundation.contract import Table

REMARKS = ("transcript", "description", "narrative", "comment")  # where people write what they like
_SAID = ('，备注"已核实"', "，客户说：\n稍后, 再联系", ', see "note"\n\n次日回访')
_SMALL = 20_000  # from here on, a file is spared what makes it slow to read
_MANY = 50_000


@dataclass(frozen=True)
class Shape:
    """What a file looks like. `line_end` is that of CSV's header too; `is_spaced`: an empty line follows the last."""

    ending: str
    is_marked: bool = False
    line_end: str = "\n"
    is_mixed: bool = False
    is_spaced: bool = False

    @property
    def format(self) -> str:
        return self.ending.partition(".")[0]

    @property
    def quirks(self) -> Iterator[str]:
        """Their names."""
        named = {
            "json_lines": self.format == "jsonl", "packed": self.ending.endswith(".gz"), "byte_order_mark": self.is_marked,
            "crlf": self.line_end == "\r\n", "mixed_line_ends": self.is_mixed, "blank_line_at_end": self.is_spaced,
        }  # fmt: skip
        return (name for name, is_so in named.items() if is_so)


# from which of a hundred draws on a file usually sent as the key looks so; small files alone where marked
_SHAPES: dict[str, tuple[tuple[int, Shape, int], ...]] = {
    "csv": (
        (10, Shape("jsonl"), _MANY), (16, Shape("jsonl.gz"), _MANY), (22, Shape("csv.gz"), _MANY),
        (32, Shape("csv", is_marked=True), _MANY), (42, Shape("csv", line_end="\r\n"), _MANY),
        (47, Shape("csv", is_mixed=True), _SMALL), (51, Shape("csv", is_spaced=True), _SMALL),
    ),
    "parquet": ((10, Shape("jsonl"), _MANY), (18, Shape("jsonl.gz"), _MANY), (28, Shape("csv.gz"), _MANY)),
    "csv.gz": ((30, Shape("jsonl.gz"), _MANY),),
}  # fmt: skip


class Quirks:
    """The quirks of one date."""

    def __init__(self, draws: Draws, on: date) -> None:
        self._draws, self._day = draws, to_day(on)
        self.noted: list[tuple[str, str, str, int]] = []  # table, file, quirk, rows concerned

    def _draw(self, what: str, where: str, limit: int = 100) -> int:
        return self._draws.one(f"quirk/{what}/{where}", limit, self._day)

    def note(self, full_name: str, file: str, quirk: str, rows: int) -> None:
        self.noted.append((full_name, file, quirk, rows))

    def named(self, full_name: str, file: str, rows: int) -> tuple[str, Shape]:
        """What the file is called after all, and its shape."""
        stem, _, ending = file.partition(".")
        drawn = self._draw("shape", f"{full_name}/{file}")
        usual = [shape for bound, shape, most in _SHAPES.get(ending, ()) if drawn < bound and 0 < rows <= most][:1]
        shape = usual[0] if usual else Shape(ending)
        name = f"{stem}.{shape.ending}"
        for quirk in shape.quirks:
            self.note(full_name, name, quirk, rows)
        return name, shape

    def files(self, full_name: str, file: str, rows: pa.Table) -> list[tuple[str, pa.Table]]:
        """The rows as one file, now and then as two."""
        if rows.num_rows < 20 or self._draw("split", f"{full_name}/{file}") >= 10:
            return [(file, rows)]
        stem, _, ending = file.partition(".")
        half = rows.num_rows // 2
        self.note(full_name, f"{stem}-a.{ending}", "split", rows.num_rows)
        return [(f"{stem}-a.{ending}", rows.slice(0, half)), (f"{stem}-b.{ending}", rows.slice(half))]

    def with_remarks(self, full_name: str, file: str, rows: pa.Table) -> pa.Table:
        """Commas, quotes and line ends in some of what people write."""
        if rows.num_rows > _SMALL or self._draw("remarks", f"{full_name}/{file}") >= 20:
            return rows
        for name in set(REMARKS) & set(rows.column_names):
            index = np.arange(rows.num_rows)
            said = self._draws.below(f"quirk/said/{full_name}", index, 3 * 20, self._day)  # one row in twenty
            tail = pa.array([*_SAID, ""], pa.string()).take(pa.array(np.minimum(said, len(_SAID))))
            column = pc.binary_join_element_wise(rows.column(name), tail, "")
            rows = rows.set_column(rows.column_names.index(name), name, column)
            self.note(full_name, file, "quoted_text", int((said < len(_SAID)).sum()))
        return rows

    def with_doubles(self, full_name: str, file: str, rows: pa.Table) -> pa.Table:
        """Some rows once more at the end."""
        if rows.num_rows < 20 or self._draw("doubles", f"{full_name}/{file}") >= 12:
            return rows
        count = 1 + self._draw("how_many", f"{full_name}/{file}", 3)
        start = self._draw("which", f"{full_name}/{file}", rows.num_rows - count)
        self.note(full_name, file, "double_rows", count)
        return pa.concat_tables([rows, rows.slice(start, count)])

    def dressed(self, full_name: str, file: str, rows: pa.Table) -> pa.Table:
        """Columns nobody asked for, and columns in another order."""
        where = f"{full_name}/{file}"
        if not rows.num_rows:
            return rows
        if "_deleted" not in rows.column_names and self._draw("deleted", where) < 6:
            text = rows.num_columns > 0 and all(pa.types.is_string(kind) for kind in rows.schema.types)
            no = pa.scalar("false") if text else pa.scalar(False)
            rows = rows.append_column("_deleted", pa.repeat(no, rows.num_rows))
            self.note(full_name, file, "deleted_column", rows.num_rows)
        if self._draw("unknown", where) < 5:
            rows = rows.append_column("export_batch", pa.repeat(pa.scalar(f"N{self._day}"), rows.num_rows))
            self.note(full_name, file, "unknown_column", rows.num_rows)
        if self._draw("order", where) < 15:
            turn = 1 + self._draw("turn", where, rows.num_columns - 1)
            rows = rows.select([*rows.column_names[turn:], *rows.column_names[:turn]])
            self.note(full_name, file, "column_order", rows.num_rows)
        return rows

    def has_manifest(self, full_name: str) -> bool:
        return self._draw("manifest", full_name) < 25

    def is_absent(self, table: Table) -> bool:
        """Whether a source that need not come stays away today."""
        return self._draw("away", table.full_name) < 4
