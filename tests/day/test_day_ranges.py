"""One run over a range of dates ends in the same tables as a run for each."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from day_kit import MONTH_END, THIRD, Rows, published, published_files, query
from day_scenes import Lived, Resumed

from foundation.contract import published_tables

HISTORY = {table.name for table in published_tables() if table.kind == "history"}
# since when a tag is in force is known to the day only where each day was looked at, and so is which moments the last date found
OF_EACH_RUN = frozenset({"customer_tags.since", "moment_catalogue"})
ADDED_UP = {
    "tag_changes": "select customer_id, tag_code from {log} group by all having max_by(change, business_date) = 'entered'",
    "segment_changes": "select customer_id, dimension, max_by(coalesce(to_value, ''), business_date) as code from {log}"
    " group by all having code <> ''",
}


def test_a_range_killed_in_its_first_load_and_run_again_is_done(one_range: Resumed) -> None:
    assert one_range.done.code == 0, one_range.done.output


def test_day_by_day_and_one_range_end_in_the_same_profile_tags_segments_and_identities(days: Lived, one_range: Resumed) -> None:
    assert days.done.code == 0, days.done.output
    by_day, by_range = (published(home, leaving_out=OF_EACH_RUN) for home in (days.home, one_range.home))
    compared = by_day.keys() - HISTORY
    assert compared == by_range.keys() - HISTORY
    assert compared >= {"customers_360", "customer_segments", "customer_tags", "customer_identities", "customer_links"}
    for name in sorted(compared):
        assert by_day[name] == by_range[name], name
    assert {row[0] for row in by_day["customers_360"]} == {THIRD}


def test_source_health_is_the_same_too_for_it_speaks_of_dates(days: Lived, one_range: Resumed) -> None:
    assert published(days.home)["source_health"] == published(one_range.home)["source_health"]


def standing_at_month_end(home: Path, log: str) -> Rows:
    """What a log adds up to on the month end."""
    files = [str(path) for path in published_files(home, log) if path.stem <= MONTH_END.isoformat()]
    with duckdb.connect() as connection:
        return sorted(connection.execute(ADDED_UP[log].format(log=f"read_parquet({files})")).fetchall())


@pytest.mark.parametrize("log", ["tag_changes", "segment_changes", "moments"])
def test_a_range_logs_the_month_end_that_it_passes(one_range: Resumed, log: str) -> None:
    assert [path.stem for path in published_files(one_range.home, log)] == [str(MONTH_END), str(THIRD)]


@pytest.mark.parametrize("log", ADDED_UP)
def test_on_the_month_end_everybody_was_what_day_by_day_they_were(days: Lived, one_range: Resumed, log: str) -> None:
    by_day = standing_at_month_end(days.home, log)
    assert len(by_day) > 400
    assert standing_at_month_end(one_range.home, log) == by_day


def test_a_month_end_logged_before_a_kill_is_not_logged_again_and_each_change_stands_once(one_range: Resumed) -> None:
    assert "✓ month end" in one_range.killed.output
    assert "✓ month end" not in one_range.done.output
    for log, key in (("tag_changes", "tag_code"), ("segment_changes", "dimension"), ("moments", "moment_id")):
        twice = query(
            one_range.home, f"select 1 from published.{log} group by business_date, customer_id, {key} having count(*) > 1"
        )
        assert twice == [], log


def test_the_contacts_of_the_days_up_to_a_month_end_are_all_there(days: Lived, one_range: Resumed) -> None:
    assert published(one_range.home)["interactions"] == published(days.home)["interactions"]


def test_a_history_decides_nothing_and_contacts_nobody(days: Lived) -> None:
    assert not (days.home / "decisions").exists()
    assert not (days.home / "ledger.sqlite").exists()


def test_a_range_decides_for_its_last_date_alone(one_range: Resumed) -> None:
    assert [path.name for path in (one_range.home / "decisions").iterdir()] == [str(THIRD)]
    assert query(one_range.home, "select distinct business_date from published.decision_trace") == [(THIRD,)]
