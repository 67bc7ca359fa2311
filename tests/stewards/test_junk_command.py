"""`make junk`: what counts for nothing is shown to a steward, and to nobody else."""

from __future__ import annotations

import os

from day_kit import PATIENCE_SECONDS
from steward_kit import FIRST, WANG, Bank
from terminal_kit import all_of, ended, opened_terminal, start

from identity.review import junk_values

FILLER, SHARED = "13800000000", "reception@firm.example"


def fill(bank: Bank) -> None:
    bank.customer("C1", **WANG, mobile=FILLER)
    for number in range(11):
        bank.person(f"P{number}", full_name=f"Person{number}", email=SHARED)
    bank.process(FIRST)


def test_each_value_left_out_is_told_with_its_reason_and_its_records(bank: Bank) -> None:
    fill(bank)
    with bank.opened() as connection:
        found = junk_values(connection)
    assert [(each.column, each.reason, each.records, each.value) for each in found] == [
        ("email", "shared", 11, SHARED), ("mobile", "listed", 1, f"+86{FILLER}"),
    ]  # fmt: skip
    assert not [each for each in found if each.value in repr(each)]


def test_they_are_shown_at_a_terminal_alone(bank: Bank) -> None:
    fill(bank)
    refused = ended(start(bank, "junk"))
    assert refused.code == 1
    assert "shown in a terminal alone; give the command in one, without > or |" in refused.output
    assert "DECISION" not in refused.output, "that is how `make review` is answered"
    assert SHARED not in refused.output
    screen, terminal = opened_terminal(columns=80)
    process = start(bank, "junk", "--most", "1", terminal=terminal)
    os.close(terminal)
    try:
        output = all_of(screen)
        assert process.wait(PATIENCE_SECONDS) == 0, output
    finally:
        os.close(screen)
        process.kill()
        process.wait()
    assert SHARED in output
    assert FILLER not in output
    assert "2 values are left out, 1 of them shown" in output
