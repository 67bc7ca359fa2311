"""An interface on a bad day: asked for patience, broken, cut off, its token expired; and an extraction that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from rest_kit import TICKETS, Desk, bank_of, entry
from rest_service import Reply, Request, Service
from sources_kit import BANK_ZONE, FIRST, Sourced

from integrations.sources.rest.client import Pace

Serve = Callable[..., Service]
ALL = [f"T{number:04d}" for number in range(35)]
OAUTH = {"token_url": "TOKEN_URL", "client_id": "CLIENT", "client_secret": "CLIENT_SECRET", "scope": "read"}


def ids(bank: Sourced) -> list[str]:
    return bank.rows("ticket_id", table=TICKETS)


@pytest.mark.parametrize(
    "fault",
    [
        Reply(status=429, headers={"Retry-After": "0"}),
        Reply(status=500),
        Reply(status=503),
        Reply({"items": [], "next": None, "filler": "x" * 1000}, cut=True),
    ],
    ids=["429", "500", "503", "cut off"],
)
def test_what_passes_is_waited_for(tmp_path: Path, serve: Serve, fault: Reply) -> None:
    bank = bank_of(tmp_path, serve(Desk(35), {2: fault, 3: fault}))
    bank.landed()
    assert ids(bank) == ALL


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Reply(status=500), "500"),
        (Reply(status=429, headers={"Retry-After": "3600"}), "come back later"),
        (Reply({"filler": "x" * 1000}, cut=True), "no whole answer"),
    ],
    ids=["500", "an hour's patience", "cut off"],
)
def test_what_does_not_pass_is_told_and_the_next_run_goes_on_where_it_stopped(
    tmp_path: Path, serve: Serve, fault: Reply, why: str
) -> None:
    service = serve(Desk(35), dict.fromkeys(range(3, 6), fault))
    bank = bank_of(tmp_path, service)
    told = bank.failure()
    assert why in told
    assert "goes on where it stopped" in told
    service.faults = {}
    service.asked.clear()
    bank.landed()
    assert [request.query.get("cursor") for request in service.asked] == ["20", "30"]
    assert ids(bank) == ALL
    assert sorted(path.name for path in bank.place(TICKETS).iterdir()) == ["_manifest.json", "rows.jsonl"]


def test_a_place_that_the_interface_has_forgotten_is_begun_again(tmp_path: Path, serve: Serve) -> None:
    service = serve(Desk(35), {3: Reply(status=410)})
    bank = bank_of(tmp_path, service)
    assert "410" in bank.failure()
    service.faults = {4: Reply(status=410)}
    bank.landed()
    assert [request.query.get("cursor") for request in service.asked[3:]] == ["20", None, "10", "20", "30"]
    assert ids(bank) == ALL


def test_a_place_that_is_not_found_any_more_is_begun_again_and_a_wrong_address_is_told(tmp_path: Path, serve: Serve) -> None:
    service = serve(Desk(35), {3: Reply(status=410)})
    bank = bank_of(tmp_path, service)
    bank.failure()
    service.faults = {4: Reply(status=404), 5: Reply(status=404)}
    assert "check the address" in bank.failure()
    service.faults = {}
    bank.landed()
    assert ids(bank) == ALL


def test_another_question_begins_again(tmp_path: Path, serve: Serve) -> None:
    service = serve(Desk(35), {3: Reply(status=400)})
    bank = bank_of(tmp_path, service)
    bank.failure()
    bank.tables = [entry(parameters={"state": "open"})]
    service.faults = {}
    service.asked.clear()
    bank.landed()
    assert [request.query.get("cursor") for request in service.asked] == [None, "10", "20", "30"]


def test_rows_written_after_the_last_note_are_cut_off_when_it_goes_on(tmp_path: Path, serve: Serve) -> None:
    service = serve(Desk(35), {3: Reply(status=400)})
    bank = bank_of(tmp_path, service)
    bank.failure()
    partial = bank.place(TICKETS).with_name(f".{FIRST}.partial") / "rows.jsonl"
    with partial.open("a") as file:
        file.write('{"ticket_id": "T0020"}\n{"half')
    service.faults = {}
    bank.landed()
    assert ids(bank) == ALL


def test_an_extraction_that_was_killed_goes_on_and_ends_with_the_same_rows(tmp_path: Path, serve: Serve) -> None:
    let_go = threading.Event()
    service = serve(Desk(35), {3: Reply(held=let_go)})
    bank = bank_of(tmp_path, service)
    child_arguments = [bank.mapping, bank.home.landing, bank.home.sources, BANK_ZONE]
    child = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("landing_child.py"), *child_arguments],
        env={**os.environ, "DESK_URL": service.url, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert service.came_to(3), child.communicate()[1]
    finally:
        child.send_signal(signal.SIGKILL)
        child.communicate()
        let_go.set()
    assert not bank.place(TICKETS).exists()
    service.asked.clear()
    service.faults = {}
    bank.landed()
    assert [request.query.get("cursor") for request in service.asked] == ["20", "30"]
    assert ids(bank) == ALL


def test_a_token_goes_with_every_request_and_one_that_is_refused_is_told(tmp_path: Path, serve: Serve) -> None:
    service = serve(Desk(15))
    bank = bank_of(tmp_path, service, connection={"token": "DESK_KEY"}, DESK_KEY="secret-word")
    bank.landed()
    assert {request.token for request in service.asked} == {"Bearer secret-word"}
    service.faults = {len(service.asked) + 1: Reply({"reason": "secret-word is old"}, status=401)}
    (outcome,) = bank.land(again=True)
    assert "check the token" in outcome.told
    assert "secret-word" not in outcome.told
    assert ids(bank) == ALL[:15]  # what had landed stays


def issuing(*tokens: str) -> Callable[[Request], Reply]:
    left = list(tokens)
    return lambda _: Reply({"access_token": left.pop(0), "token_type": "bearer"})


def test_a_token_that_expires_is_fetched_anew(tmp_path: Path, serve: Serve) -> None:
    issuer, desk = serve(issuing("old", "new")), Desk(35)

    def answer(request: Request) -> Reply:
        good = "Bearer old" if len(service.asked) < 3 else "Bearer new"
        return desk(request) if request.token == good else Reply(status=401)

    service = serve(answer)
    secrets = {"TOKEN_URL": f"{issuer.url}/token", "CLIENT": "bank", "CLIENT_SECRET": "secret-word"}
    bank = bank_of(tmp_path, service, connection={"oauth2": OAUTH}, **secrets)
    bank.landed()
    assert ids(bank) == ALL
    assert [request.body for request in issuer.asked] == ["grant_type=client_credentials&scope=read"] * 2
    assert all(request.token.startswith("Basic ") for request in issuer.asked)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply({"error": "secret-word"}, status=401), "no token was given (401)"),
        (Reply({"token": "x"}), "without access_token"),
        (Reply(b"<html>"), "without access_token"),
        (Reply(status=500), "answered 500"),
    ],
)
def test_a_token_that_is_not_given_is_told_without_the_secret(tmp_path: Path, serve: Serve, reply: Reply, why: str) -> None:
    issuer, service = serve(lambda _: reply), serve(Desk(5))
    secrets = {"TOKEN_URL": issuer.url, "CLIENT": "bank", "CLIENT_SECRET": "secret-word"}
    told = bank_of(tmp_path, service, connection={"oauth2": OAUTH}, **secrets).failure()
    assert why in told
    assert "secret-word" not in told
    assert service.asked == []


def test_words_of_a_refusal_are_not_repeated_and_its_path_and_status_are(tmp_path: Path, serve: Serve) -> None:
    service = serve(lambda _: Reply({"code": "bad_day", "reason": "no such customer: Zhang Sanfeng"}, status=422))
    told = bank_of(tmp_path, service).failure()
    assert "/tickets" in told
    assert "422" in told
    assert "Zhang" not in told


def test_nobody_listening_and_a_wrong_address_are_told_apart(tmp_path: Path, serve: Serve) -> None:
    bank = bank_of(tmp_path, serve(Desk(1)))
    bank.environment["DESK_URL"] = "http://127.0.0.1:1"
    assert "no connection to 127.0.0.1:1" in bank.failure()
    bank.environment["DESK_URL"] = "ftp://clerk:secret-word@desk"
    told = bank.failure()
    assert "must look like https://" in told
    assert "secret-word" not in told


def test_requests_leave_no_faster_than_is_allowed() -> None:
    now, pauses = [0.0], list[float]()

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += seconds

    pace = Pace(4, clock=lambda: now[0], pause=pause)
    for _ in range(3):
        pace.wait()
    now[0] += 10  # an idle while earns no burst
    pace.wait()
    pace.wait()
    assert pauses == [0.25, 0.25, 0.25]
    unbounded = Pace(None, clock=lambda: now[0], pause=pause)
    for _ in range(3):
        unbounded.wait()
    assert len(pauses) == 3
