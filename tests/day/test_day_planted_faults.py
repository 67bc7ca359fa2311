"""Every fault that the demo bank planted stands in quarantine as it was planted, and nothing else does."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest
from day_kit import FIRST, LIVE, NEXT
from day_scenes import Lived, NextDay

from integrations.sources import registry

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
    assert {str(row[3]).split(".", 1)[1] for row in truth} >= {"csv", "parquet", "jsonl"}


def test_and_so_is_that_of_the_next_day(next_day: NextDay) -> None:
    truth = planted(next_day.home, NEXT)
    assert quarantined(next_day.home) == truth
    assert {row[2] for row in truth} >= {FIRST, LIVE}


@pytest.mark.parametrize("table", ["core_banking.transactions", "core_banking.balances", "app.events"])
def test_no_good_row_is_lost(first_run: Lived, table: str) -> None:
    """Refused is what was planted; what gave way to another row of its key and folder is what the demo bank wrote twice."""
    home, (source, name) = first_run.home, table.split(".")
    batches = [
        batch for batch in registry.batches(home / "control.sqlite", FIRST, LIVE) if (batch.source, batch.table) == (source, name)
    ]
    truth = [row for row in planted(home, LIVE).elements() if row[:2] == (source, name)]
    with duckdb.connect() as connection:
        quirks = str(home / "demo" / "truth" / "landing_quirks.parquet")
        [(doubles,)] = connection.execute(
            "select coalesce(sum(rows), 0) from read_parquet(?) where quirk = 'double_rows' and source = ? and table_name = ? "
            "and business_date <= ?", [quirks, source, name, LIVE],
        ).fetchall()  # fmt: skip
        [(raw,)] = connection.execute(
            "select count(*) from read_parquet(?)", [str(home / "raw" / source / name / "*.parquet")]
        ).fetchall()
    assert sum(batch.rows_quarantined for batch in batches) == sum(row[5] == "row" for row in truth)
    assert sum(batch.rows_superseded for batch in batches) == doubles + sum(row[5] == "cell" for row in truth)
    assert sum(batch.rows_accepted for batch in batches) == raw > 0
