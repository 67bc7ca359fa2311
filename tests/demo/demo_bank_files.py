"""Reading the demo bank's drops and truth back, line by line."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from demo.bank import generate

FIRST, LAST, CUSTOMERS, SEED = date(2026, 1, 1), date(2026, 2, 3), 240, 7


@dataclass(frozen=True)
class Line:
    """One row of a landing file as it lies there; `values` is longer than the header where the line is malformed."""

    file: Path
    number: int
    columns: list[str]
    values: list[str | None]

    def get(self, column: str) -> str | None:
        return self.values[self.columns.index(column)]


@cache
def read_lines(path: Path) -> list[Line]:
    """Every row of a file with its physical line (CSV) or row number (Parquet), values as text."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        rows = zip(*(column.cast(pa.string()).to_pylist() for column in table.columns), strict=True)
        return [Line(path, number, table.column_names, list(row)) for number, row in enumerate(rows, start=1)]
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    header, *rest = csv.reader(text.decode().splitlines())
    return [Line(path, number, header, [value or None for value in row]) for number, row in enumerate(rest, start=2)]


@dataclass(frozen=True)
class Bank:
    landing: Path
    state: Path

    @cache  # noqa: B019 - a bank lives as long as the tests
    def lines(self, full_name: str, on: date | str = "*") -> list[Line]:
        folder = self.landing.joinpath(*full_name.split("."))
        return [line for path in sorted(folder.glob(f"{on}/*")) for line in read_lines(path)]

    def truth(self, name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.state / "truth" / f"{name}.parquet").to_pylist()
        return rows

    @cache  # noqa: B019
    def refused(self, full_name: str) -> set[tuple[str, str, int]]:
        """Date, file and line of each row that was planted whole."""
        return {
            (str(row["business_date"]), row["file"], row["line"])
            for row in self.truth("bad_rows")
            if row["kind"] == "row" and f"{row['source']}.{row['table_name']}" == full_name
        }

    @cache  # noqa: B019
    def good(self, full_name: str) -> list[Line]:
        refused = self.refused(full_name)
        return [line for line in self.lines(full_name) if (line.file.parent.name, line.file.name, line.number) not in refused]


def make(folder: Path, last: date = LAST, customers: int = CUSTOMERS, seed: int = SEED, first: date = FIRST) -> Bank:
    generate(folder / "landing", folder / "demo", customers, first, last, seed)
    return Bank(folder / "landing", folder / "demo")
