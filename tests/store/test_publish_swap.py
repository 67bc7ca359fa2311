"""A reader beside a publisher sees the whole of one business date or the whole of another, and never nothing."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from foundation.contract import Published
from integrations.warehouse.publish import Content, publish_files

TABLES = ("profile", "tags", "segments")
READS = 30
MOST_SWAPS = 400


def contents(on: date) -> list[Content]:
    query = f"select date '{on}' as business_date, range as id from range(2000)"
    return [Content(Published(name, "latest", "-", ("business_date",), csv=name == "tags"), query) for name in TABLES]


class Reader(threading.Thread):
    """Reads all tables over and over: through the version that `.current` names, and one by its published path."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root, self.stop = root, threading.Event()
        self.together: list[set[date]] = []
        self.errors: list[Exception] = []

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self._read_one()
                self._read_all()
            except Exception as error:  # noqa: BLE001  # a thread's error must reach the test
                self.errors.append(error)
                return

    def _read_one(self) -> None:
        with (self.root / "profile" / "profile.parquet").open("rb") as file:
            assert pq.read_metadata(file).num_rows == 2_000
        with (self.root / "tags" / "tags.csv").open(encoding="utf-8") as file:
            assert len({line.split(",")[0] for line in file.readlines()[1:]}) == 1

    def _read_all(self) -> None:
        version = (self.root / ".current").resolve()
        try:
            dates = [pq.read_table(version / name / f"{name}.parquet", columns=["business_date"]) for name in TABLES]
        except FileNotFoundError:
            # so many swaps passed while it read: the version is retired, and not half of it was taken for the whole
            assert (self.root / ".current").resolve() != version
            return
        self.together.append({on for table in dates for on in table.column(0).unique().to_pylist()})


def test_a_reader_sees_one_business_date_across_all_tables_during_many_swaps(tmp_path):
    root, first, swaps = tmp_path / "published", date(2026, 1, 1), 0
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        publish_files(connection, root, contents(first))
        reader = Reader(root)
        reader.start()
        try:
            while reader.is_alive() and len(reader.together) < READS and swaps < MOST_SWAPS:
                swaps += 1
                publish_files(connection, root, contents(first + timedelta(days=swaps)))
        finally:
            reader.stop.set()
            reader.join()
    assert reader.errors == []
    assert {len(dates) for dates in reader.together} == {1}
    assert len({on for dates in reader.together for on in dates}) > 1
