"""A closed gate holds back what depends on it and nothing else, says so, and lets the mended date through."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from day_kit import AFTER, LATER, LIVE, NEXT, published, query
from day_scenes import Gated, Lived, NextDay


def test_a_range_stops_before_the_date_that_lacks_a_required_folder(gated: Gated) -> None:
    assert gated.stopped.code == 1
    assert f"{LATER} is held back at gate 1: core_banking.accounts is missing" in gated.stopped.output
    assert f"run from {LATER} on" in gated.stopped.output
    assert "Traceback" not in gated.stopped.output


def test_and_all_before_it_is_done_published_and_sent(gated: Gated) -> None:
    dates = {name: {row[0] for row in gated.after_stop[name]} for name in ("customers_360", "customer_segments", "list_entries")}
    assert dates == {"customers_360": {NEXT}, "customer_segments": {NEXT}, "list_entries": {LIVE, NEXT}}
    assert (gated.home / "decisions" / str(NEXT)).is_dir()
    sent = query(gated.home, "select distinct status from published.deliveries where business_date = ?", [NEXT])
    assert sent == [("acknowledged",)]


def gates_of_events(home: Path) -> list[str]:
    health = "select gate from published.source_health where source = 'app' and table_name = 'events' order by business_date"
    return [gate for (gate,) in query(home, health)]


def test_an_optional_table_with_a_closed_gate_holds_nothing_back_and_its_last_state_carries_forward(
    gated: Gated, next_day: NextDay
) -> None:
    assert gates_of_events(gated.home)[-2:] == ["open", "closed"]
    known = [on for on in gated.last_logins.values() if on is not None]
    assert known
    assert max(known) == LIVE
    with_events: dict[str, date | None] = dict(
        query(next_day.home, "select customer_id, last_login_on from published.customers_360")
    )
    assert max(on for on in with_events.values() if on is not None) == NEXT


def test_a_closed_gate_says_which_table_which_rule_how_many_rows_and_what_to_do(gated: Gated) -> None:
    assert gated.closed.code == 1
    assert "raw.core_banking.transactions closed gate 1" in gated.closed.output
    assert f"{LATER}" in gated.closed.output
    assert "amount_is_not_negative: an amount is never negative" in gated.closed.output
    assert " rows)" in gated.closed.output
    assert "mend what is named and run the date again" in gated.closed.output
    assert "Traceback" not in gated.closed.output


def test_a_closed_gate_leaves_every_published_file_as_it_was(gated: Gated) -> None:
    assert gated.after_closed == gated.standing
    assert len(gated.standing) > 30


def test_nor_does_a_later_date_pass_it(gated: Gated) -> None:
    assert gated.after_it.code == 1
    assert f"{LATER} is held back at gate 1: core_banking.transactions is closed: amount_is_not_negative" in gated.after_it.output
    assert "Mend its landing and run it again; nothing was changed" in gated.after_it.output
    assert not (gated.home / "decisions" / str(AFTER)).exists()


def test_a_mended_date_passes(mended: Lived) -> None:
    assert mended.done.code == 0, mended.done.output
    assert {row[0] for row in published(mended.home)["customers_360"]} == {LATER}
    gates = query(
        mended.home,
        "select gate, worst_failure from published.source_health"
        " where business_date = ? and table_name in ('accounts', 'transactions')",
        [LATER],
    )
    assert gates == [("open", None), ("open", None)]
    assert gates_of_events(mended.home)[-3:] == ["open", "closed", "open"]
