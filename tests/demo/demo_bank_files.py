"""Reading the demo bank's drops and truth back, line by line, whatever a file looks like."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

from demo.bank import generate
from foundation.contract import landing_table

FIRST, LAST, CUSTOMERS, SEED = date(2026, 1, 1), date(2026, 2, 3), 240, 7


@dataclass(frozen=True)
class Line:
    """One row of a landing file as it lies there; a broken line has a single value under no column."""

    file: Path
    number: int
    columns: list[str]
    values: list[str | None]

    def get(self, column: str) -> str | None:
        return dict(zip(self.columns, self.values, strict=False)).get(column)

    @property
    def is_removal(self) -> bool:
        return self.get("_deleted") in {"true", "1"}


def as_lines(path: Path, rows: pa.Table) -> list[Line]:
    """Typed rows as lines; moments to the second."""
    columns = [
        (column.cast(pa.timestamp("s")) if pa.types.is_timestamp(column.type) else column).cast(pa.string()).to_pylist()
        for column in rows.columns
    ]
    return [Line(path, number, rows.column_names, list(row)) for number, row in enumerate(zip(*columns, strict=True), start=1)]


def read_lines(path: Path, broken: frozenset[int] = frozenset()) -> list[Line]:
    """Every row of a file with its first physical line (CSV, JSON lines) or row number (Parquet), values as text."""
    if path.suffix == ".parquet":
        return as_lines(path, pq.read_table(path))
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = data.replace(b"\r\n", b"\n").removesuffix(b"\n").decode("utf-8-sig", errors="replace").split("\n")
    read = _csv if ".csv" in path.name else _json_lines
    whole = [Line(path, number, [], [lines[number - 1]]) for number in sorted(broken)]
    return sorted([*read(path, lines, broken), *whole], key=lambda line: line.number)


def _csv(path: Path, lines: list[str], broken: frozenset[int]) -> Iterator[Line]:
    numbers = [number for number in range(1, len(lines) + 1) if number not in broken]
    reader = csv.reader(f"{lines[number - 1]}\n" for number in numbers)
    header, fed = next(reader), 1
    for row in reader:
        if row:
            yield Line(path, numbers[fed], header, [value or None for value in row])
        fed = reader.line_num


def _json_lines(path: Path, lines: list[str], broken: frozenset[int]) -> Iterator[Line]:
    for number, line in enumerate(lines, start=1):
        if line and number not in broken:
            record = json.loads(line)
            yield Line(path, number, list(record), list(record.values()))


@dataclass(frozen=True)
class Bank:
    landing: Path
    state: Path

    @cache  # noqa: B019 - a bank lives as long as the tests
    def lines(self, full_name: str, on: date | str = "*") -> list[Line]:
        """All that landed, refused rows included, in the order that decides which of two rows counts."""
        folder = self.landing.joinpath(*full_name.split("."))
        broken = self.planted(full_name, "malformed_row")
        return [
            line
            for path in sorted(folder.glob(f"{on}/[!_]*"))
            for line in read_lines(path, frozenset(n for day, file, n in broken if (day, file) == (path.parent.name, path.name)))
        ]

    def truth(self, name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.state / "truth" / f"{name}.parquet").to_pylist()
        return rows

    @cache  # noqa: B019
    def planted(self, full_name: str, reason: str = "") -> set[tuple[str, str, int]]:
        """Date, file and line of each row that was planted to be refused whole (for this reason)."""
        return {
            (str(row["business_date"]), row["file"], row["line"])
            for row in self.truth("bad_rows")
            if row["kind"] == "row" and f"{row['source']}.{row['table_name']}" == full_name and reason in ("", row["reason"])
        }

    @cache  # noqa: B019
    def good(self, full_name: str) -> list[Line]:
        """The rows that count when they land: not refused, no removals, not replaced by another row of their folder, not older
        than what is known, and not the very same once more."""
        table, refused = landing_table(full_name), self.planted(full_name)
        known: dict[tuple[str | None, ...], Line] = {}
        counting: list[Line] = []
        for on in sorted({line.file.parent.name for line in self.lines(full_name)}):
            folder: dict[tuple[str | None, ...], Line] = {}
            for line in self.lines(full_name, on):
                key = tuple(line.get(name) for name in table.key)
                is_refused = (on, line.file.name, line.number) in refused
                if not is_refused and not line.is_removal and not _is_older(line, folder.get(key), table.version):
                    folder[key] = line
            for key, line in folder.items():
                same = key in known and all(line.get(column.name) == known[key].get(column.name) for column in table.columns)
                if not same and not _is_older(line, known.get(key), table.version):
                    known[key] = line
                    counting.append(line)
        return counting

    @cache  # noqa: B019
    def happened(self, full_name: str) -> list[Line]:
        """The good rows, and those that will land late."""
        files = sorted(self.state.glob(f"carried/*/{full_name}.late.*"))
        last = max(folder.name for folder in (self.landing / "core_banking" / "customers").iterdir())
        kept = [line for file in files if file.parent.name > last for line in as_lines(file, feather.read_table(file))]
        return self.good(full_name) + kept


def _is_older(line: Line, known: Line | None, version: str | None) -> bool:
    return version is not None and known is not None and str(line.get(version)) < str(known.get(version))


def make(folder: Path, last: date = LAST, customers: int = CUSTOMERS, seed: int = SEED, first: date = FIRST) -> Bank:
    generate(folder / "landing", folder / "demo", customers, first, last, seed)
    return Bank(folder / "landing", folder / "demo")
