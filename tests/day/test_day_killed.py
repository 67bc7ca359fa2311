"""A command killed at any point and run again ends where an undisturbed one ends, and nothing is sent twice."""

from __future__ import annotations

import signal
import sqlite3
from pathlib import Path

from day_kit import NEXT, published, query
from day_scenes import Killed, Lost, NextDay, Resumed

from integrations.warehouse.publish import KEPT_VERSIONS

# how often and at which of them a delivery was tried may differ
TRIES = frozenset(
    f"deliveries.{column}"
    for column in ("attempts", "first_attempt_at", "last_attempt_at", "remote_id", "error_code", "error_detail")
)


def undisturbed(next_day: NextDay) -> dict[str, list[tuple[object, ...]]]:
    return published(next_day.home, leaving_out=TRIES)


def test_each_kill_hit_a_running_command(killed: Killed) -> None:
    assert {stage: done.code for stage, done in killed.kills.items()} == dict.fromkeys(killed.kills, -signal.SIGKILL)
    following = {"raw": "gate 1", "gate 1": "apply", "apply": "dbt", "identity": "gate 2", "publish": "activation"}
    assert [stage for stage, done in killed.kills.items() if f"✓ {following[stage]}" in done.output] == []


def test_a_date_killed_in_one_stage_after_the_other_ends_in_the_same_published_tables(killed: Killed, next_day: NextDay) -> None:
    assert killed.done.code == 0, killed.done.output
    assert f"daily {NEXT}\n" in killed.done.output
    assert published(killed.home, leaving_out=TRIES) == undisturbed(next_day)


def held_twice(sandbox: Path) -> list[tuple[str, int]]:
    """Deliveries that a destination holds more than once, whatever key they came under."""
    with sqlite3.connect(sandbox) as connection:
        return connection.execute(
            "select json_extract(body, '$.delivery_id'), count(*) from received group by 1 having count(*) > 1"
        ).fetchall()


def test_a_command_killed_while_it_sends_leaves_deliveries_under_way(killed: Killed) -> None:
    assert killed.left[("messaging", "sending")] > 0
    assert killed.left.keys() >= {("crm", "acknowledged")}
    assert ("messaging", "acknowledged") not in killed.left


def test_run_again_it_settles_them_under_their_keys_and_the_destinations_hold_none_twice(killed: Killed) -> None:
    assert killed.done.code == 0, killed.done.output
    sent = query(killed.home, "select status, count(*) from published.deliveries where business_date = ? group by 1", [NEXT])
    assert sent == [("acknowledged", sum(killed.left.values()))]
    assert killed.crm.tasks + killed.messaging.messages == sum(killed.left.values())
    assert killed.messaging.replays > 0, "no message was kept before the kill: the test proves nothing"
    assert held_twice(killed.crm_file) == held_twice(killed.messaging_file) == []


def test_the_list_decided_before_the_kill_is_the_one_that_was_sent(killed: Killed) -> None:
    entries = query(
        killed.home,
        "select entry_id from published.list_entries where business_date = ? and arm = 'treatment' order by 1",
        [NEXT],
    )
    assert query(killed.home, "select entry_id from published.deliveries where business_date = ? order by 1", [NEXT]) == entries


def assert_no_draft_is_left_in(home: Path) -> None:
    assert [path.name for path in home.iterdir() if path.name.startswith(".")] == []
    assert [path.name for path in (home / "decisions").iterdir() if path.name.startswith(".")] == []
    assert len(list((home / "published" / ".versions").iterdir())) <= KEPT_VERSIONS


def test_no_draft_of_a_killed_command_is_left(killed: Killed) -> None:
    assert_no_draft_is_left_in(killed.home)


def test_nor_is_one_of_a_killed_range(one_range: Resumed) -> None:
    assert_no_draft_is_left_in(one_range.home)


def test_month_ends_that_were_logged_and_never_published_are_logged_again_by_a_rebuild(lost: Lost) -> None:
    assert lost.killed.code == -signal.SIGKILL
    assert lost.done.code == 0, lost.done.output
    for name, rows in lost.logged.items():
        assert {str(row[0]) for row in rows} == {"2024-11-30", "2024-12-31"}
        assert query(lost.home, f"select * from marts.{name} order by all") == rows
