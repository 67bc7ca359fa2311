"""Sending from a real ledger to a real sandbox: once each, whatever happens on the way."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from activation_kit import AT, DAY, MOBILE, NAME, NEXT_DAY, Connect, StartSandbox, clock, message, payloads, planned

from integrations.crm.client import CrmClient
from integrations.delivery.ledger import Ledger
from integrations.delivery.records import Delivery, SendSummary, Status, Withheld
from integrations.delivery.sender import NOT_CONFIGURED, send_open
from integrations.messaging.client import MessagingClient
from integrations.sandbox.faults import Faults

CHILD = Path(__file__).with_name("sending_child.py")
DEAD = "http://127.0.0.1:9"


class Keyless:
    """A destination that does not honour idempotency keys, over a client that is told so."""

    honours_idempotency_keys = False

    def __init__(self, client: CrmClient | MessagingClient) -> None:
        self.name, self.send = client.name, client.send


def statuses(ledger: Ledger) -> dict[str, int]:
    found: dict[str, int] = {}
    for (_, status), count in ledger.counts().items():
        found[status.value] = found.get(status.value, 0) + count
    return found


def start_child(stack: ExitStack, ledger: Ledger, url: str, *more: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(CHILD.parents[2])}  # its own folder is on the path anyway
    command = [sys.executable, str(CHILD), str(ledger.path), url, *more]
    child = stack.enter_context(
        subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    )
    assert child.stdout and child.stdout.readline() == "ready\n"
    return child


def go(child: subprocess.Popen[str]) -> None:
    assert child.stdin
    child.stdin.write("go\n")
    child.stdin.flush()


def test_each_delivery_is_acknowledged_once_and_running_again_sends_nothing(
    start_sandbox: StartSandbox, connect: Connect, ledger: Ledger
) -> None:
    sandbox, ticks = start_sandbox(), list[tuple[int, int]]()
    clients = connect(sandbox.url).by_name()
    ledger.plan([*planned(60), *planned(40, destination="messaging")])
    summary = send_open(ledger, clients, payloads, clock, progress=lambda done, total: ticks.append((done, total)))
    assert summary == SendSummary(counts={"crm": {Status.ACKNOWLEDGED: 60}, "messaging": {Status.ACKNOWLEDGED: 40}}, stopped={})
    assert ticks[-1] == (100, 100) and ticks == sorted(ticks)
    assert send_open(ledger, clients, payloads, clock) == SendSummary(counts={}, stopped={})
    received = sandbox.received()
    assert (received.tasks, received.messages, received.requests) == (60, 40, 100)
    for row in ledger.deliveries():
        assert (row.attempts, row.first_attempt_at, row.last_attempt_at, row.error_code) == (1, AT, AT, None)
        assert (row.remote_id or "")[:1] == {"crm": "T", "messaging": "M"}[row.destination]


def test_only_the_date_asked_for_is_sent(start_sandbox: StartSandbox, connect: Connect, ledger: Ledger) -> None:
    ledger.plan([*planned(2), *planned(3, on=NEXT_DAY, start=10)])
    summary = send_open(ledger, connect(start_sandbox().url).by_name(), payloads, clock, business_date=DAY)
    assert summary.total(Status.ACKNOWLEDGED) == 2
    assert ledger.counts(NEXT_DAY) == {("crm", Status.PLANNED): 3}


def test_a_killed_sender_run_again_delivers_each_exactly_once(
    start_sandbox: StartSandbox, connect: Connect, ledger: Ledger
) -> None:
    sandbox = start_sandbox()
    ledger.plan(planned(600))
    with ExitStack() as stack:
        child = start_child(stack, ledger, sandbox.url, "150")
        go(child)
        assert child.stdout and child.stdout.readline() == "stuck\n"
        child.kill()
        assert child.wait() == -signal.SIGKILL
    left = statuses(ledger)
    done = left.get("acknowledged", 0)
    assert done <= 150 and 1 <= left["sending"] <= 32 and left["planned"] >= 400
    summary = send_open(ledger, connect(sandbox.url).by_name(), payloads, clock)
    assert summary.counts == {"crm": {Status.ACKNOWLEDGED: 600 - done}}
    received = sandbox.received()
    assert received.tasks == 600 and 1 <= received.replays == received.requests - 600
    assert statuses(ledger) == {"acknowledged": 600}
    assert len({row.remote_id for row in ledger.deliveries()}) == 600


def test_two_senders_at_once_never_send_the_same_delivery(start_sandbox: StartSandbox, ledger: Ledger) -> None:
    sandbox = start_sandbox()
    ledger.plan(planned(600))
    with ExitStack() as stack:
        children = [start_child(stack, ledger, sandbox.url) for _ in range(2)]
        for child in children:
            go(child)
        assert [child.communicate()[0] for child in children] == ["done\n", "done\n"]
    assert (sandbox.received().tasks, sandbox.received().requests) == (600, 600)
    assert statuses(ledger) == {"acknowledged": 600}


def test_a_lost_answer_is_unknown_and_the_next_sending_makes_it_one_task(
    start_sandbox: StartSandbox, connect: Connect, ledger: Ledger
) -> None:
    sandbox = start_sandbox(Faults(lose_first=1))
    ledger.plan(planned(1))
    first = send_open(ledger, connect(sandbox.url, attempts=1).by_name(), payloads, clock)
    assert (first.total(Status.UNKNOWN), sandbox.received().tasks) == (1, 1)
    assert send_open(ledger, connect(sandbox.url).by_name(), payloads, clock).total(Status.ACKNOWLEDGED) == 1
    assert (sandbox.received().tasks, sandbox.received().replays) == (1, 1)
    (row,) = ledger.deliveries()
    assert (row.attempts, row.error_code, row.remote_id) == (2, None, "T0000001")


def test_without_idempotency_keys_an_unknown_outcome_is_never_sent_again(
    start_sandbox: StartSandbox, connect: Connect, ledger: Ledger
) -> None:
    sandbox = start_sandbox(Faults(lose_first=1))
    destinations = {"crm": Keyless(connect(sandbox.url, honours=False).crm)}
    ledger.plan(planned(3))
    for _ in range(2):
        summary = send_open(ledger, destinations, payloads, clock, workers=1)
    assert summary == SendSummary(counts={"crm": {Status.UNKNOWN: 1}}, stopped={})
    assert (sandbox.received().requests, sandbox.received().tasks) == (3, 3)


def test_unavailable_and_busy_pass_and_all_arrive(start_sandbox: StartSandbox, connect: Connect, ledger: Ledger) -> None:
    sandbox = start_sandbox(Faults(unavailable_first=2, busy_first=2, retry_after_seconds=0))
    ledger.plan(planned(20))
    send_open(ledger, connect(sandbox.url, attempts=6).by_name(), payloads, clock)
    assert statuses(ledger) == {"acknowledged": 20}
    assert (sandbox.received().tasks, sandbox.received().requests, sandbox.received().faults) == (20, 24, 4)


def test_a_rejection_is_final_with_the_destinations_reason_and_the_others_go_on(
    start_sandbox: StartSandbox, connect: Connect, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox = start_sandbox()
    ledger.plan(planned(5, destination="messaging"))
    bad = ledger.deliveries()[2].delivery_id

    def lookup(rows: Sequence[Delivery]) -> Mapping[str, Any]:
        return {**payloads(rows), bad: message(delivery_id=bad, to="13812345")}

    with caplog.at_level(logging.DEBUG):
        summary = send_open(ledger, connect(sandbox.url).by_name(), lookup, clock)
    assert summary.counts == {"messaging": {Status.ACKNOWLEDGED: 4, Status.REJECTED: 1}}
    assert send_open(ledger, connect(sandbox.url).by_name(), lookup, clock).counts == {}
    row = next(row for row in ledger.deliveries() if row.delivery_id == bad)
    assert (row.error_code, row.error_detail) == ("invalid_number", "to must be a mobile number of 11 digits")
    assert "13812345" not in caplog.text and b"13812345" not in ledger.path.read_bytes()


def test_a_dead_destination_leaves_its_deliveries_planned_says_so_and_the_other_goes_on(
    start_sandbox: StartSandbox, connect: Connect, ledger: Ledger
) -> None:
    sandbox = start_sandbox()
    ledger.plan([*planned(200), *planned(5, destination="messaging")])
    destinations = connect(sandbox.url).by_name() | {"crm": connect(DEAD).crm}
    summary = send_open(ledger, destinations, payloads, clock)
    assert summary.counts == {"crm": {Status.PLANNED: 200}, "messaging": {Status.ACKNOWLEDGED: 5}}
    assert set(summary.stopped) == {"crm"} and "no connection to 127.0.0.1:9" in summary.stopped["crm"]
    tried = [row for row in ledger.deliveries() if row.destination == "crm" and row.attempts]
    assert 3 <= len(tried) <= 32 and {row.error_code for row in tried} == {"unreachable"}
    assert send_open(ledger, connect(sandbox.url).by_name(), payloads, clock).counts == {"crm": {Status.ACKNOWLEDGED: 200}}
    assert sandbox.received().replays == 0


def test_patience_ends_at_the_third_silence_in_a_row_and_not_before(connect: Connect, ledger: Ledger) -> None:
    for count, given_up in ((2, False), (1, True)):
        ledger.plan(planned(count + 2 * given_up))
        assert bool(send_open(ledger, connect(DEAD).by_name(), payloads, clock, workers=1).stopped) is given_up


def test_a_wrong_token_rejects_nothing(start_sandbox: StartSandbox, connect: Connect, ledger: Ledger) -> None:
    ledger.plan(planned(50))
    summary = send_open(ledger, connect(start_sandbox().url, token=None).by_name(), payloads, clock)
    assert summary.counts == {"crm": {Status.PLANNED: 50}} and "check the token" in summary.stopped["crm"]


def test_a_destination_that_is_not_configured_is_named_and_its_deliveries_stay(
    start_sandbox: StartSandbox, connect: Connect, ledger: Ledger
) -> None:
    ledger.plan([*planned(1), *planned(1, destination="messaging")])
    summary = send_open(ledger, {"crm": connect(start_sandbox().url).crm}, payloads, clock)
    assert summary.stopped == {"messaging": NOT_CONFIGURED}
    assert summary.counts == {"crm": {Status.ACKNOWLEDGED: 1}, "messaging": {Status.PLANNED: 1}}


def test_what_is_withheld_ends_rejected_with_its_reason_and_is_not_sent(
    start_sandbox: StartSandbox, connect: Connect, ledger: Ledger
) -> None:
    sandbox = start_sandbox()
    ledger.plan(planned(2))
    held = ledger.deliveries()[0].delivery_id

    def lookup(rows: Sequence[Delivery]) -> Mapping[str, Any]:
        return {**payloads(rows), held: Withheld(code="no_mobile", reason=f"none but {MOBILE}")}

    summary = send_open(ledger, connect(sandbox.url).by_name(), lookup, clock)
    assert summary.counts == {"crm": {Status.ACKNOWLEDGED: 1, Status.REJECTED: 1}}
    row = next(row for row in ledger.deliveries() if row.delivery_id == held)
    assert (row.attempts, row.error_code, row.error_detail) == (0, "no_mobile", "none but ******")
    assert sandbox.received().requests == 1


def test_a_lookup_that_leaves_one_out_is_an_error_and_nothing_is_sent(
    start_sandbox: StartSandbox, connect: Connect, ledger: Ledger
) -> None:
    sandbox = start_sandbox()
    ledger.plan(planned(3))
    with pytest.raises(ValueError, match="lookup left out 2 of 3"):
        send_open(ledger, connect(sandbox.url).by_name(), lambda rows: payloads(rows[:1]), clock)
    assert statuses(ledger) == {"planned": 3} and sandbox.received().requests == 0


def test_a_client_that_breaks_is_raised_after_the_rest_is_settled(
    start_sandbox: StartSandbox, connect: Connect, ledger: Ledger
) -> None:
    sandbox = start_sandbox()
    ledger.plan(planned(40))
    broken = ledger.deliveries()[5].delivery_id
    with pytest.raises(AttributeError):
        send_open(ledger, connect(sandbox.url).by_name(), lambda rows: {**payloads(rows), broken: NAME}, clock)
    found = statuses(ledger)
    assert found["unknown"] == 1 and "sending" not in found
    assert found["acknowledged"] == sandbox.received().tasks
    (fault,) = [row for row in ledger.deliveries() if row.status is Status.UNKNOWN]
    assert (fault.delivery_id, fault.error_code, fault.error_detail) == (
        broken,
        "sender_fault",
        "the client failed with AttributeError",
    )


def test_the_ledgers_file_holds_no_name_and_no_number(start_sandbox: StartSandbox, connect: Connect, ledger: Ledger) -> None:
    ledger.plan([*planned(3), *planned(3, destination="messaging")])
    send_open(ledger, connect(start_sandbox().url).by_name(), payloads, clock)
    ledger.close()
    content = b"".join(path.read_bytes() for path in ledger.path.parent.iterdir())
    assert b"entry-1" in content
    assert NAME.encode() not in content and MOBILE.encode() not in content
