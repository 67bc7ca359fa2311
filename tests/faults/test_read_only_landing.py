"""The landing is the bank's: a run needs to read it and nothing more, and leaves no trace in it."""

from __future__ import annotations

from fault_kit import LATER, listing
from fault_scenes import Bank, Ended


def test_a_landing_without_the_permission_to_write_is_processed(live: Ended, next_day: Ended, bank: Bank) -> None:
    assert (live.done.code, next_day.done.code) == (0, 0), live.done.output
    assert [path for path in [bank.landing, *bank.landing.rglob("*")] if path.stat().st_mode & 0o222] == []


def test_nothing_in_it_is_added_removed_or_touched(next_day: Ended, bank: Bank) -> None:
    assert next_day.done.code == 0
    assert listing(bank.landing) == bank.dropped
    assert any(name.endswith(f"customers/{LATER}/customers.csv") for name in bank.dropped)
