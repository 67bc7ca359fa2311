"""A command that is interrupted ends at once and cleanly; one whose destinations are dead ends well; run again, all is done."""

from __future__ import annotations

import pytest
from fault_kit import NEXT
from fault_scenes import Ended, Troubled


@pytest.mark.parametrize("how", ["terminated", "interrupted"])
def test_ctrl_c_and_sigterm_end_a_command_with_a_sentence_and_the_code_of_an_interruption(troubled: Troubled, how: str) -> None:
    done = getattr(troubled, how)
    assert done.code == 130, done.output
    assert "Stopped. Interrupted. What was finished stands: run the same again" in done.output
    for alarming in ("Traceback", "Error", "Warning", "terminate called"):
        assert alarming not in done.output, done.output


def test_they_end_it_where_it_is(troubled: Troubled) -> None:
    assert "✓ apply" in troubled.terminated.output
    assert "✓ gate 2" not in troubled.terminated.output
    assert "✓ raw" in troubled.interrupted.output
    assert "✓ gate 1" not in troubled.interrupted.output


def test_a_dead_destination_stops_nothing_and_what_it_should_get_stays_planned(troubled: Troubled, live: Ended) -> None:
    assert troubled.unheard.code == 0, troubled.unheard.output
    assert "✓ activation" in troubled.unheard.output
    new = [row for row in troubled.ledger_then if row not in live.held.ledger]
    assert len(new) > 3
    assert {(row[1], row[-1]) for row in new} == {(str(NEXT), "planned")}


def test_run_again_it_all_ends_as_if_nothing_had_happened(troubled: Troubled, next_day: Ended) -> None:
    assert troubled.done.code == 0, troubled.done.output
    assert troubled.held == next_day.held
    assert len(next_day.held.received) == len(next_day.held.ledger)
