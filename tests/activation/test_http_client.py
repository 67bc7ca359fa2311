"""The client against the sandbox and against sockets that misbehave: each answer becomes the right error."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from activation_kit import MOBILE, NAME, TOKEN, Connect, StartSandbox, message, task
from pydantic import SecretStr

from integrations.errors import Busy, Misconfigured, OutcomeUnknown, Rejected, Unreachable
from integrations.http import HttpClient, scrub
from integrations.sandbox.faults import Faults

Talk = Callable[[socket.socket, int], None]


@contextmanager
def raw_server(talk: Talk) -> Iterator[tuple[str, list[int]]]:
    """A server that reads a request and then does what `talk` says; gives its address and the connections it had."""
    seen: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    seen.append(len(seen) + 1)
                    data = b""
                    while b"\r\n\r\n" not in data:
                        data += connection.recv(65536)
                    talk(connection, seen[-1])

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", seen
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def answering(status: str, body: bytes = b"{}", *headers: str) -> Talk:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers])
    return lambda connection, _: connection.sendall(head.encode() + b"\r\n\r\n" + body)


def silent(connection: socket.socket, _: int) -> None:
    connection.close()


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_task_and_a_message_are_acknowledged_with_their_ids(start_sandbox: StartSandbox, connect: Connect) -> None:
    sandbox = start_sandbox()
    clients = connect(sandbox.url)
    assert clients.crm.send(task()).startswith("T")
    assert clients.messaging.send(message()).startswith("M")
    assert (sandbox.received().tasks, sandbox.received().messages) == (1, 1)


def test_503_is_tried_again_until_it_is_taken(start_sandbox: StartSandbox, connect: Connect) -> None:
    sandbox = start_sandbox(Faults(unavailable_first=2))
    connect(sandbox.url).crm.send(task())
    assert (sandbox.received().requests, sandbox.received().tasks) == (3, 1)


def test_503_until_the_attempts_are_used_up_leaves_the_outcome_unknown(start_sandbox: StartSandbox, connect: Connect) -> None:
    sandbox = start_sandbox(Faults(unavailable_first=3))
    with pytest.raises(OutcomeUnknown, match="503"):
        connect(sandbox.url).crm.send(task())
    assert (sandbox.received().requests, sandbox.received().tasks) == (3, 0)


def test_a_destination_without_keys_is_asked_once_only(start_sandbox: StartSandbox, connect: Connect) -> None:
    sandbox = start_sandbox(Faults(unavailable_first=1, busy_first=1, lose_first=1))
    crm = connect(sandbox.url, honours=False).crm
    for number, error in enumerate((OutcomeUnknown, Busy, OutcomeUnknown), start=1):
        with pytest.raises(error):
            crm.send(task(number))
        assert sandbox.received().requests == number


def test_429_waits_as_long_as_retry_after_says(start_sandbox: StartSandbox, connect: Connect) -> None:
    sandbox = start_sandbox(Faults(busy_first=1, retry_after_seconds=1))
    began = time.monotonic()
    connect(sandbox.url).crm.send(task())
    assert time.monotonic() - began >= 1
    assert sandbox.received().tasks == 1


def test_a_retry_after_longer_than_a_minute_ends_the_attempts_and_is_reported(
    start_sandbox: StartSandbox, connect: Connect
) -> None:
    sandbox = start_sandbox(Faults(busy_first=1, retry_after_seconds=61))
    with pytest.raises(Busy) as caught:
        connect(sandbox.url).crm.send(task())
    assert caught.value.retry_after_seconds == 61
    assert sandbox.received().requests == 1


def test_an_unreadable_retry_after_falls_back_to_the_usual_pause(connect: Connect) -> None:
    with raw_server(answering("429 Slow Down", b"{}", "Retry-After: soon")) as (url, seen):
        with pytest.raises(Busy):
            connect(url).crm.send(task())
        assert len(seen) == 3


def test_a_lost_answer_is_asked_for_again_and_makes_one_task(start_sandbox: StartSandbox, connect: Connect) -> None:
    sandbox = start_sandbox(Faults(lose_first=1))
    connect(sandbox.url).crm.send(task())
    received = sandbox.received()
    assert (received.tasks, received.requests, received.replays) == (1, 2, 1)


def test_a_slow_answer_is_a_timeout_with_unknown_outcome(start_sandbox: StartSandbox, connect: Connect) -> None:
    sandbox = start_sandbox(Faults(slow_first=1, slow_seconds=0.6))
    with pytest.raises(OutcomeUnknown) as caught:
        connect(sandbox.url, timeout_seconds=0.1, attempts=1).crm.send(task())
    assert caught.value.code == "timeout"
    assert sandbox.received().tasks == 1


def test_a_refusal_carries_status_code_and_reason_but_no_number(start_sandbox: StartSandbox, connect: Connect) -> None:
    sandbox = start_sandbox()
    with pytest.raises(Rejected) as caught:
        connect(sandbox.url).messaging.send(message(to="138123456"))
    assert (caught.value.status, caught.value.code) == (422, "invalid_number")
    assert "11 digits" in caught.value.reason and "138123456" not in str(caught.value)


def test_a_destination_that_repeats_personal_data_in_its_reason_is_masked(connect: Connect) -> None:
    body = f'{{"code": "dup", "reason": "{NAME} ({MOBILE}, also 138-1234-5678) is known"}}'.encode()
    with raw_server(answering("422 No", body)) as (url, _), pytest.raises(Rejected) as caught:
        connect(url).crm.send(task())
    assert caught.value.reason == "*** (******, also ******) is known"


def test_nobody_listening_is_unreachable(connect: Connect) -> None:
    with pytest.raises(Unreachable, match="nothing was sent"):
        connect(free_address()).crm.send(task())


def test_refused_after_a_lost_answer_is_not_unreachable_but_unknown(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def once() -> None:
            connection, _ = listening.accept()
            listening.close()  # from now on connections are refused
            with connection:
                connection.recv(65536)

        thread = threading.Thread(target=once)
        thread.start()
        with pytest.raises(OutcomeUnknown):
            connect(f"http://127.0.0.1:{listening.getsockname()[1]}").crm.send(task())
        thread.join()


def test_busy_after_a_lost_answer_is_unknown(connect: Connect) -> None:
    def talk(connection: socket.socket, number: int) -> None:
        (silent if number == 1 else answering("429 Slow Down"))(connection, number)

    with raw_server(talk) as (url, _), pytest.raises(OutcomeUnknown, match="earlier attempt"):
        connect(url).crm.send(task())


def test_busy_and_then_nobody_is_unreachable_because_nothing_was_taken(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def once() -> None:
            connection, _ = listening.accept()
            listening.close()
            with connection:
                connection.recv(65536)
                answering("429 Slow Down")(connection, 1)

        thread = threading.Thread(target=once)
        thread.start()
        with pytest.raises(Unreachable):
            connect(f"http://127.0.0.1:{listening.getsockname()[1]}").crm.send(task())
        thread.join()


def test_a_wrong_token_is_our_fault_and_nothing_is_rejected(start_sandbox: StartSandbox, connect: Connect) -> None:
    sandbox = start_sandbox()
    for token in (SecretStr("wrong"), None):
        with pytest.raises(Misconfigured, match="check the token"):
            connect(sandbox.url, token=token).crm.send(task())


def test_a_wrong_address_is_our_fault_and_nothing_is_rejected(start_sandbox: StartSandbox, connect: Connect) -> None:
    with pytest.raises(Misconfigured, match="check the address"):
        connect(start_sandbox().url + "/v9").crm.send(task())


def test_a_redirect_is_not_followed_with_personal_data(connect: Connect) -> None:
    with raw_server(answering("302 Found", b"", "Location: http://127.0.0.1:9/elsewhere")) as (url, seen):
        with pytest.raises(Misconfigured, match="302"):
            connect(url).crm.send(task())
        assert len(seen) == 1


@pytest.mark.parametrize("status", ["408 Request Timeout", "409 Conflict", "500 Internal Server Error"])
def test_an_answer_that_tells_nothing_is_unknown(connect: Connect, status: str) -> None:
    with raw_server(answering(status)) as (url, _), pytest.raises(OutcomeUnknown):
        connect(url).crm.send(task())


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"[]", b"{}"])
def test_a_200_that_is_not_the_promised_answer_acknowledges_nothing(connect: Connect, body: bytes) -> None:
    with raw_server(answering("200 OK", body)) as (url, _), pytest.raises(OutcomeUnknown) as caught:
        connect(url).crm.send(task())
    assert caught.value.code == "garbled"


def test_an_answer_cut_short_is_unknown(connect: Connect) -> None:
    def talk(connection: socket.socket, _: int) -> None:
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{")

    with raw_server(talk) as (url, _), pytest.raises(OutcomeUnknown):
        connect(url).crm.send(task())


@pytest.mark.parametrize(
    "address", ["crm.example", "ftp://crm.example", "https://me:secret@crm.example", "https://", "http://a/?x=1"]
)
def test_an_unusable_address_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(ValueError, match="must look like") as caught:
        HttpClient(name="crm", base_url=address, token=None, honours_idempotency_keys=True)
    assert "secret" not in str(caught.value)


def test_reprs_logs_and_errors_carry_no_personal_data(
    start_sandbox: StartSandbox, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox = start_sandbox(Faults(unavailable_first=1))
    errors: list[str] = []
    with caplog.at_level(logging.DEBUG):
        clients = connect(sandbox.url)
        clients.crm.send(task())
        for wrong in (task(2, manager_id=None), task(3, subject="")):
            with pytest.raises(Rejected) as caught:
                clients.crm.send(wrong)
            errors.append(repr(caught.value) + str(caught.getrepr(style="short")))
    everything = "".join([caplog.text, *errors, repr(task()), str(message()), repr(vars(clients.crm))])
    assert "urllib3" in caplog.text
    for secret in (NAME, MOBILE, TOKEN.get_secret_value()):
        assert secret not in everything


def test_scrubbing_masks_from_six_digits_on() -> None:
    assert scrub("code 12345 of 123456 on １２３４５６") == "code 12345 of ****** on ******"
    assert scrub("127.0.0.1:44307 says 138 1234-5678") == "127.0.0.1:44307 says ******"
    assert len(scrub("x" * 1000)) == 200
