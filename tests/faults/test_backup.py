"""A backup of the state alone gives back the same published tables, and the bank goes on from it without sending twice."""

from __future__ import annotations

from fault_kit import LIVE
from fault_scenes import Ended, Restored

from foundation.backup import LIST
from foundation.home import Home


def test_a_backup_holds_the_state_and_nothing_else(restored: Restored, live: Ended) -> None:
    assert restored.backed_up.code == 0, restored.backed_up.output
    assert f"as of {LIVE}" in restored.backed_up.output
    home = Home(live.home, live.home / "landing")
    state = {path.name for path in (*home.state_folders, *home.books) if path.exists()}
    assert {path.name for path in restored.backup.iterdir()} == state | {LIST}


def test_killed_while_it_builds_a_restore_leaves_a_home_that_runs_refuse(restored: Restored) -> None:
    assert restored.refused.code == 1
    assert "was interrupted and its state is not whole" in restored.refused.output


def test_restored_it_has_the_same_published_tables_and_the_same_state(restored: Restored, live: Ended) -> None:
    assert restored.done.code == 0, restored.done.output
    assert restored.held.published == live.held.published
    for name in ("decided", "raw", "quarantined", "ledger", "finished"):
        assert getattr(restored.held, name) == getattr(live.held, name), name


def test_the_next_date_runs_from_it_and_sends_only_what_was_never_sent(restored: Restored, next_day: Ended, live: Ended) -> None:
    assert restored.after.code == 0, restored.after.output
    assert restored.held_after.published == next_day.held.published
    sent_before = {row[:2] for row in live.held.received}
    assert sent_before
    assert {row[:2] for row in restored.held_after.received} == {row[:2] for row in next_day.held.received} - sent_before
