"""`run` again moves the bank one day on; a decided date processed again sends nothing and changes nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from day_kit import FIRST, LIVE, NEXT, Rows, published, published_files, query
from day_scenes import Again, Lived, NextDay


def landed(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "landing" / "core_banking" / "customers").iterdir())


def test_the_second_run_processes_exactly_the_next_day(next_day: NextDay, first_run: Lived) -> None:
    assert next_day.patient.code == 0, next_day.patient.output
    assert f"daily {NEXT}\n" in next_day.patient.output
    assert "history" not in next_day.patient.output
    assert landed(first_run.home) == [str(date.fromordinal(day)) for day in range(FIRST.toordinal(), LIVE.toordinal() + 1)]
    assert landed(next_day.home) == [*landed(first_run.home), str(NEXT)]
    assert {path.name for path in (next_day.home / "decisions").iterdir()} == {str(LIVE), str(NEXT)}
    for table in ("customers_360", "customer_segments"):
        assert query(next_day.home, f"select distinct business_date from published.{table}") == [(NEXT,)]


def test_the_next_day_has_a_list_of_its_own_and_sends_it(next_day: NextDay) -> None:
    entries = query(
        next_day.home,
        "select count(*), count(*) filter (arm = 'treatment') from published.list_entries where business_date = ?",
        [NEXT],
    )
    [(listed, treated)] = entries
    assert listed > treated > 0
    sent = query(next_day.home, "select status, count(*) from published.deliveries where business_date = ? group by 1", [NEXT])
    assert sent == [("acknowledged", treated)]


def test_the_first_date_stays_as_it_was_published(next_day: NextDay, first_run: Lived) -> None:
    for table in ("list_entries", "decision_trace", "deliveries", "source_health", "tag_changes"):
        before = {path.name: path.read_bytes() for path in published_files(first_run.home, table)}
        after = {path.name: path.read_bytes() for path in published_files(next_day.home, table)}
        assert {name: after[name] for name in before} == before, table
        assert set(after) - set(before) <= {f"{NEXT}.parquet"}, table


def test_nobody_is_decided_twice_within_the_cooldown(next_day: NextDay) -> None:
    [(entries, customers)] = query(
        next_day.home, "select count(*), count(distinct (strategy_id, customer_id, channel)) from published.list_entries"
    )
    assert entries == customers


def test_decided_dates_processed_again_send_nothing(next_day: NextDay, again: Again) -> None:
    assert again.done.code == 0, again.done.output
    assert again.received == next_day.received > 0
    assert "decisions" not in again.done.output.split("Rows by source")[0]


def test_decided_dates_processed_again_leave_every_published_table_equal(next_day: NextDay, again: Again) -> None:
    assert again.published == next_day.after_run
    assert {name for name, rows in again.published.items() if not rows} <= {"identity_changes"}  # nobody's id had to change


def test_the_comparison_of_published_tables_sees_a_changed_cell_and_a_lost_row(first_run: Lived, next_day: NextDay) -> None:
    tables: dict[str, Rows] = published(first_run.home)
    assert tables != next_day.after_run
    assert tables["customers_360"][1:] != tables["customers_360"]
    assert published(first_run.home, leaving_out=frozenset({"customers_360.aum"}))["customers_360"] != tables["customers_360"]


def test_the_same_again_says_nothing_alarming(again: Again) -> None:
    for alarming in ("Traceback", "Warning", "Error", "Stopped", "without gating"):
        assert alarming not in again.done.output, again.done.output
