"""Every fault that the demo bank planted stands in quarantine as it was planted, and nothing else does."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest
from day_kit import FIRST, LIVE, NEXT
from day_scenes import Lived, NextDay

SAME = "source, table_name, business_date, file, line, kind, column_name, reason"


def planted(home: Path, last: date) -> Counter[tuple[object, ...]]:
    with duckdb.connect() as connection:
        file = str(home / "demo" / "truth" / "bad_rows.parquet")
        rows = connection.execute(f"select {SAME} from read_parquet(?) where business_date <= ?", [file, last]).fetchall()
    return Counter(rows)


def quarantined(home: Path) -> Counter[tuple[object, ...]]:
    with duckdb.connect() as connection:
        files = str(home / "quarantine" / "*" / "*" / "*.parquet")
        return Counter(connection.execute(f"select {SAME} from read_parquet(?)", [files]).fetchall())


def test_the_quarantine_of_the_first_run_is_exactly_what_was_planted(first_run: Lived) -> None:
    truth = planted(first_run.home, LIVE)
    assert quarantined(first_run.home) == truth
    assert {row[2] for row in truth} >= {FIRST, LIVE}
    assert len({(row[5], row[7]) for row in truth}) >= 6, "the demo bank plants too few kinds of faults to tell"
    assert {str(row[3]).split(".", 1)[1] for row in truth} == {"csv", "csv.gz", "parquet"}


def test_and_so_is_that_of_the_next_day(next_day: NextDay) -> None:
    truth = planted(next_day.home, NEXT)
    assert quarantined(next_day.home) == truth
    assert {row[2] for row in truth} >= {FIRST, LIVE}


@pytest.mark.parametrize("table", ["core_banking.transactions", "core_banking.balances", "app.events"])
def test_no_good_row_is_lost(first_run: Lived, table: str) -> None:
    """What landed is what was accepted, what was refused whole, and what another row of its key and folder replaced."""
    home, (source, name) = first_run.home, table.split(".")
    with duckdb.connect() as connection:
        landed = 0
        for path in sorted((home / "landing" / source / name).glob("*/*")):
            if path.suffix == ".parquet":
                landed += connection.execute("select count(*) from read_parquet(?)", [str(path)]).fetchall()[0][0]
            else:
                landed += path.read_bytes().count(b"\n") - 1
        [(accepted,)] = connection.execute(
            "select count(*) from read_parquet(?)", [str(home / "raw" / source / name / "*.parquet")]
        ).fetchall()
    refused = sum(count for row, count in planted(home, LIVE).items() if row[:2] == (source, name) and row[5] == "row")
    assert accepted + refused == landed
