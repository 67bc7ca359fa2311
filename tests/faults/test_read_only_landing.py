"""The landing is the bank's: a run needs to read it and nothing more, and leaves no trace in it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from day_kit import copy_of
from fault_kit import LATER, NEXT, held_by, listing, processed
from fault_scenes import Bank, Ended, Scenes


def test_a_landing_without_the_permission_to_write_is_processed(live: Ended, next_day: Ended, bank: Bank) -> None:
    assert (live.done.code, next_day.done.code) == (0, 0), live.done.output
    assert [path for path in [bank.landing, *bank.landing.rglob("*")] if path.stat().st_mode & 0o222] == []


def test_nothing_in_it_is_added_removed_or_touched(next_day: Ended, bank: Bank) -> None:
    assert next_day.done.code == 0
    assert listing(bank.landing) == bank.dropped
    assert any(name.endswith(f"customers/{LATER}/customers.csv") for name in bank.dropped)


@pytest.mark.slow
@pytest.mark.skipif(
    os.geteuid() != 0, reason="only root may mount a folder again, read-only; root is also whom no permission stops"
)
def test_a_landing_mounted_read_only_is_processed(fault_scenes: Scenes, live: Ended, next_day: Ended, tmp_path: Path) -> None:
    mounted, home = tmp_path / "mounted", copy_of(live.home, tmp_path / "home")
    mounted.mkdir()
    subprocess.run(["mount", "--bind", str(fault_scenes["bank"].landing), str(mounted)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(mounted)], check=True)
        with pytest.raises(OSError, match="Read-only file system"):
            (mounted / "written").touch()
        done = processed(home, mounted, NEXT)
        assert done.code == 0, done.output
        assert held_by(home) == next_day.held
    finally:
        subprocess.run(["umount", str(mounted)], check=True)
