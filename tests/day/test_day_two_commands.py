"""Two commands on one home: the second waits and says so, or gives up and says so."""

from __future__ import annotations

import signal
from pathlib import Path

from day_kit import Command
from day_scenes import NextDay
from filelock import FileLock


def test_a_second_command_that_may_not_wait_gives_up_and_says_why(next_day: NextDay) -> None:
    assert next_day.refused.code == 1
    assert f"{next_day.home} is held by process {next_day.held_by} (make run)" in next_day.refused.output
    assert "C360_LOCK_WAIT_SECONDS" in next_day.refused.output
    assert "Traceback" not in next_day.refused.output


def test_it_did_nothing_at_all(next_day: NextDay) -> None:
    assert "dropped" not in next_day.refused.output
    assert "✓" not in next_day.refused.output


def test_a_second_command_that_waits_says_so_and_then_does_its_work(next_day: NextDay) -> None:
    assert next_day.patient.code == 0
    waiting, _, after = next_day.patient.output.partition("waiting up to 600 s")
    assert "✓" not in waiting
    assert "✓ activation" in after


def test_ctrl_c_ends_one_that_waits_wherever_the_suite_was_started(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell leaves it to what it starts in its background
    try:
        (tmp_path / "home").mkdir()
        with FileLock(tmp_path / "home" / "run.lock"), Command(tmp_path / "home", "rebuild") as command:
            command.until("waiting")
            command.process.send_signal(signal.SIGINT)
            done = command.finish()
    finally:
        signal.signal(signal.SIGINT, before)
    assert (done.code, "Stopped. Interrupted." in done.output) == (130, True), done.output
