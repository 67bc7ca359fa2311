"""A damaged warehouse is said to be damaged, with the one command that builds it anew from state: equal, and sending nothing."""

from __future__ import annotations

from pathlib import Path

from day_kit import query
from fault_kit import NEXT, play
from fault_scenes import Ended, Rebuilt

DAMAGED = "is damaged; it is derived data: `make rebuild` builds it anew from the home's state"


def test_a_run_on_a_damaged_warehouse_stops_and_names_the_command(rebuilt: Rebuilt) -> None:
    assert rebuilt.refused.code == 1
    assert DAMAGED in rebuilt.refused.output
    assert "Traceback" not in rebuilt.refused.output


def test_rebuild_gives_back_every_published_table_from_state(rebuilt: Rebuilt, next_day: Ended) -> None:
    assert rebuilt.done.code == 0, rebuilt.done.output
    assert f"Built anew as of {NEXT}" in rebuilt.done.output
    assert rebuilt.held == next_day.held


def test_it_reads_no_landing_decides_nothing_and_sends_nothing(rebuilt: Rebuilt) -> None:
    stages = [line.split()[1] for line in rebuilt.done.output.splitlines() if "✓" in line]
    assert stages == ["apply", "identity", "dbt", "gate", "publish"]


def test_nothing_waits_to_be_computed_after_it(rebuilt: Rebuilt) -> None:
    assert {count for _, count in rebuilt.left_over} == {0}


def test_the_schema_that_people_read_is_whole_again(rebuilt: Rebuilt, next_day: Ended) -> None:
    for table, rows in next_day.held.published.items():
        assert query(rebuilt.home, f"select count(*) from published.{table}") == [(len(rows),)]


def test_the_date_run_again_on_the_new_warehouse_changes_nothing(rebuilt: Rebuilt, next_day: Ended) -> None:
    assert rebuilt.again.code == 0, rebuilt.again.output
    assert rebuilt.held_again == next_day.held


def test_a_home_in_which_nothing_was_finished_says_that_there_is_nothing_to_build(tmp_path: Path) -> None:
    done = play(tmp_path / "home", "rebuild")
    assert done.code == 0, done.output
    assert "nothing to build" in done.output
