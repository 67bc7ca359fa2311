"""Without room a step fails and says so; nothing half written counts, and with room the same ends as it should."""

from __future__ import annotations

from fault_scenes import Cramped, Ended


def test_a_run_without_room_says_where_there_is_none_and_what_to_do(cramped: Cramped) -> None:
    assert cramped.full.code == 1
    assert "there is no room left on the disk of" in cramped.full.output, cramped.full.output
    assert "free some and run the same again" in cramped.full.output


def test_nothing_of_it_is_published(cramped: Cramped) -> None:
    assert cramped.seen_then == []


def test_with_room_it_ends_as_if_there_had_always_been_some(cramped: Cramped, live: Ended) -> None:
    assert cramped.done.code == 0, cramped.done.output
    assert cramped.held == live.held
