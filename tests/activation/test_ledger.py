"""The ledger on a real file: what it promises, each promise also tried at its edge."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from activation_kit import AT, DAY, NEXT_DAY, planned

from foundation.contract import published_tables
from integrations.delivery.ledger import COLUMNS, Ledger
from integrations.delivery.records import Delivery, LedgerError, Status, delivery_id

LATER = AT + timedelta(hours=1)


def only(ledger: Ledger) -> Delivery:
    (row,) = ledger.deliveries()
    return row


def claimed(ledger: Ledger) -> Delivery:
    ledger.plan(planned(1))
    (row,) = ledger.claim(ledger.open_deliveries(), AT)
    return row


def test_its_columns_are_those_of_the_published_contract(ledger: Ledger) -> None:
    promised = next(table for table in published_tables() if table.name == "deliveries").columns
    with sqlite3.connect(ledger.path) as connection:
        found = tuple(row[1] for row in connection.execute("pragma table_info(deliveries)"))
    connection.close()
    assert promised == COLUMNS == found


def test_an_identity_is_the_same_everywhere_and_differs_by_entry_destination_and_operation() -> None:
    assert delivery_id("e1", "crm", "create_task") == "6efa9ada9a74dd7d43e991691d2ca878"
    others = {delivery_id("e2", "crm", "create_task"), delivery_id("e1", "x", "create_task"), delivery_id("e1", "crm", "x")}
    assert len(others | {delivery_id("e1", "crm", "create_task")}) == 4


def test_planning_again_adds_only_what_is_new_and_leaves_the_rest_as_it_is(ledger: Ledger) -> None:
    assert ledger.plan(planned(3)) == 3
    (row, *_) = ledger.claim(ledger.open_deliveries()[:1], AT)
    assert ledger.plan(planned(5)) == 2
    assert ledger.counts() == {("crm", Status.PLANNED): 4, ("crm", Status.SENDING): 1}
    assert row.idempotency_key == row.delivery_id


def test_a_plan_with_one_bad_row_adds_nothing(ledger: Ledger) -> None:
    good, bad = planned(2)
    object.__setattr__(bad, "customer_id", None)
    with pytest.raises(LedgerError, match="NOT NULL"):
        ledger.plan([good, bad])
    assert ledger.deliveries() == []


def test_what_is_planned_survives_and_is_open_by_date(ledger: Ledger) -> None:
    ledger.plan([*planned(2), *planned(3, on=NEXT_DAY, start=10)])
    with Ledger(ledger.path) as again:
        assert len(again.open_deliveries()) == 5
        assert [row.business_date for row in again.open_deliveries(DAY)] == [DAY, DAY]
        assert again.open_deliveries(date(2026, 5, 3)) == []
        assert again.counts(NEXT_DAY) == {("crm", Status.PLANNED): 3}


def test_a_claim_is_committed_before_anything_is_sent(ledger: Ledger) -> None:
    claimed(ledger)
    with Ledger(ledger.path) as other:
        row = only(other)
    assert (row.status, row.attempts, row.first_attempt_at, row.last_attempt_at) == (Status.SENDING, 1, AT, AT)


def test_a_row_is_claimed_by_one_of_two(ledger: Ledger) -> None:
    ledger.plan(planned(2))
    with Ledger(ledger.path) as other:
        seen = other.open_deliveries()
        assert len(ledger.claim(ledger.open_deliveries()[:1], AT)) == 1
        assert [row.delivery_id for row in other.claim(seen, AT)] == [seen[1].delivery_id]


def test_a_claim_on_old_knowledge_fails(ledger: Ledger) -> None:
    row = claimed(ledger)
    with ledger.settling() as outcomes:
        outcomes.put_back(row, code="unreachable", detail="")
    assert only(ledger).status is Status.PLANNED
    assert ledger.claim([row], AT) == []


def test_acknowledged_and_rejected_are_final(ledger: Ledger) -> None:
    ledger.plan(planned(2))
    first, second = ledger.claim(ledger.open_deliveries(), AT)
    with ledger.settling() as outcomes:
        outcomes.acknowledge(first, "T1")
        outcomes.reject(second, code="invalid_number", detail="to must have 11 digits")
    final = ledger.deliveries()
    assert ledger.open_deliveries() == [] and ledger.claim(final, LATER) == []
    for row in (first, second):
        with pytest.raises(LedgerError, match="not in the status"), ledger.settling() as outcomes:
            outcomes.leave_unknown(row, code="x", detail="")
    assert ledger.deliveries() == final
    assert {(row.status, row.remote_id, row.error_code) for row in final} == {
        (Status.ACKNOWLEDGED, "T1", None),
        (Status.REJECTED, None, "invalid_number"),
    }


def test_the_file_itself_refuses_to_change_a_final_row_or_acknowledge_an_unclaimed_one(ledger: Ledger) -> None:
    row = claimed(ledger)
    with ledger.settling() as outcomes:
        outcomes.acknowledge(row, "T1")
    ledger.plan(planned(2))
    connection = sqlite3.connect(ledger.path, isolation_level=None)
    for change, reason in (
        ("set attempts = 9 where status = 'acknowledged'", "final"),
        ("set status = 'acknowledged' where status = 'planned'", "claimed"),
        ("set status = 'lost' where status = 'planned'", "CHECK"),
    ):
        with pytest.raises(sqlite3.IntegrityError, match=reason):
            connection.execute(f"update deliveries {change}")
    connection.close()


def test_put_back_is_planned_again_with_the_error_noted_and_the_attempt_counted(ledger: Ledger) -> None:
    row = claimed(ledger)
    with ledger.settling() as outcomes:
        outcomes.put_back(row, code="unreachable", detail="no connection")
    now = only(ledger)
    assert (now.status, now.attempts, now.error_code, now.error_detail) == (Status.PLANNED, 1, "unreachable", "no connection")


def test_what_was_unknown_stays_unknown_when_the_next_try_reaches_nobody(ledger: Ledger) -> None:
    row = claimed(ledger)
    with ledger.settling() as outcomes:
        outcomes.leave_unknown(row, code="timeout", detail="")
    (again,) = ledger.claim(ledger.open_deliveries(), LATER)
    with ledger.settling() as outcomes:
        outcomes.put_back(again, code="unreachable", detail="")
    now = only(ledger)
    assert (now.status, now.attempts, now.first_attempt_at, now.last_attempt_at) == (Status.UNKNOWN, 2, AT, LATER)


def test_a_released_claim_leaves_no_trace(ledger: Ledger) -> None:
    ledger.plan(planned(1))
    before = ledger.deliveries()
    (row,) = ledger.claim(before, AT)
    with ledger.settling() as outcomes:
        outcomes.release(row)
    assert ledger.deliveries() == before


def test_withholding_rejects_what_was_never_sent_and_leaves_the_unknown(ledger: Ledger) -> None:
    row = claimed(ledger)
    with ledger.settling() as outcomes:
        outcomes.leave_unknown(row, code="timeout", detail="")
    ledger.plan(planned(1, start=1))
    with ledger.settling() as outcomes:
        ends = [outcomes.withhold(open_, code="expired", detail="") for open_ in ledger.open_deliveries()]
    assert set(ends) == {Status.UNKNOWN, Status.REJECTED}
    assert ledger.counts() == {("crm", Status.REJECTED): 1, ("crm", Status.UNKNOWN): 1}


def test_one_failing_outcome_undoes_its_batch(ledger: Ledger) -> None:
    row = claimed(ledger)
    with pytest.raises(LedgerError), ledger.settling() as outcomes:
        outcomes.acknowledge(row, "T1")
        outcomes.acknowledge(row, "T2")
    assert only(ledger).status is Status.SENDING


def test_what_a_dead_sender_left_is_unknown_at_the_next_session(ledger: Ledger) -> None:
    claimed(ledger)
    with ledger.sending_session(LATER) as left:
        assert left == 1
        assert (only(ledger).status, only(ledger).error_code, only(ledger).attempts) == (Status.UNKNOWN, "interrupted", 1)


def test_what_a_living_sender_holds_is_left_to_it(ledger: Ledger) -> None:
    with Ledger(ledger.path) as other, other.sending_session(AT):
        claimed(other)
        with ledger.sending_session(LATER) as left:
            assert left == 0
            assert only(ledger).status is Status.SENDING


def test_times_are_kept_as_the_clocks_wall_time(ledger: Ledger) -> None:
    ledger.plan(planned(1))
    ledger.claim(ledger.open_deliveries(), datetime(2026, 5, 1, 9, 0, 0, 123456, tzinfo=UTC))
    assert only(ledger).last_attempt_at == datetime(2026, 5, 1, 9, 0, 0, 123000)  # noqa: DTZ001 - the ledger's times carry no zone


def test_a_locked_ledger_is_an_error_with_the_mend_and_nothing_is_lost(ledger: Ledger) -> None:
    ledger.plan(planned(1))
    blocker = sqlite3.connect(ledger.path, isolation_level=None)
    blocker.execute("begin immediate")
    with Ledger(ledger.path, wait_seconds=0.01) as impatient, pytest.raises(LedgerError, match="end the program that holds it"):
        impatient.plan(planned(2))
    blocker.execute("rollback")
    blocker.close()
    assert len(ledger.deliveries()) == 1


def test_a_full_disk_is_an_error_with_the_mend_and_nothing_is_lost(ledger: Ledger) -> None:
    ledger.plan(planned(10))
    child = (
        "import resource, sys, pathlib; sys.path[:0] = ['tests/activation'];"
        " from activation_kit import planned; from integrations.delivery.ledger import Ledger;"
        " ledger = Ledger(pathlib.Path(sys.argv[1])); resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000));"
        " ledger.plan(planned(20_000))"
    )
    done = subprocess.run(
        [sys.executable, "-c", child, ledger.path], cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "LedgerError: delivery ledger" in done.stderr and "free space on its disk" in done.stderr
    assert len(ledger.deliveries()) == 10 and ledger.plan(planned(11)) == 1


def test_a_file_that_is_no_ledger_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_text("not a database at all, but long enough" * 50)
    with pytest.raises(LedgerError, match=r"ledger\.sqlite is damaged \(file is not a database\)"):
        Ledger(path)
