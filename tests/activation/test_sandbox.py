"""The sandbox itself: keys, refusals, masking, restart, and its end."""

from __future__ import annotations

import os
import select
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
from activation_kit import MOBILE, NAME, TOKEN, Connect, StartSandbox, message, task

from integrations.sandbox.faults import Fault, Faults
from integrations.sandbox.process import SandboxError, SandboxProcess
from integrations.sandbox.rules import masked_mobile, masked_name, refusal

TASK = {
    "delivery_id": "d",
    "customer_id": "C1",
    "customer_name": NAME,
    "manager_id": "RM7",
    "subject": "s",
    "reason": "r",
    "due_on": "2026-05-01",
    "strategy_id": "declining",
}
MESSAGE = {"delivery_id": "d", "channel": "sms", "to": MOBILE, "script_id": "hello", "strategy_id": "declining"}


def post(sandbox: SandboxProcess, body: Any, *, key: str | None = "k", path: str = "/crm/tasks") -> requests.Response:
    headers = {"Authorization": f"Bearer {TOKEN.get_secret_value()}"} | ({"Idempotency-Key": key} if key is not None else {})
    return requests.post(sandbox.url + path, json=body, headers=headers, timeout=5)


def test_the_same_key_is_given_the_same_answer_and_kept_once(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox()
    first, second = post(sandbox, TASK), post(sandbox, TASK)
    assert (first.status_code, first.json()) == (201, {"task_id": "T0000001"})
    assert (second.status_code, second.json()) == (201, first.json())
    assert (sandbox.received().tasks, sandbox.received().requests, sandbox.received().replays) == (1, 2, 1)


def test_the_same_key_with_another_body_is_refused(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox()
    post(sandbox, TASK)
    answer = post(sandbox, TASK | {"subject": "another"})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_a_request_without_a_usable_key_is_refused(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox()
    for key in (None, "", "k" * 201):
        answer = post(sandbox, TASK, key=key)
        assert (answer.status_code, answer.json()["code"]) == (400, "missing_idempotency_key")
    assert post(sandbox, TASK, key="k" * 200).status_code == 201


def test_a_body_that_is_no_small_object_is_refused(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox()
    bodies: list[Any] = [[], "text", None, {"reason": "x" * 70_000}]
    for body in bodies:
        answer = post(sandbox, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json")
    assert (sandbox.received().tasks, sandbox.received().refused) == (0, 4)


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("task", TASK, None),
        ("task", TASK | {"product_code": "WMP"}, None),
        ("task", TASK | {"manager_id": None}, "missing_manager"),
        ("task", TASK | {"customer_name": ""}, "missing_customer_name"),
        ("task", TASK | {"subject": "x" * 500}, None),
        ("task", TASK | {"subject": "x" * 501}, "invalid_subject"),
        ("task", TASK | {"subject": 7}, "invalid_subject"),
        ("task", TASK | {"due_on": "2026-02-29"}, "invalid_date"),
        ("task", TASK | {"due_on": "20260501"}, "invalid_date"),
        ("message", MESSAGE, None),
        ("message", MESSAGE | {"to": "1381234567"}, "invalid_number"),
        ("message", MESSAGE | {"to": "138123456789"}, "invalid_number"),
        ("message", MESSAGE | {"to": "1381234567x"}, "invalid_number"),
        ("message", MESSAGE | {"to": "１３８１２３４５６７８"}, "invalid_number"),
        ("message", MESSAGE | {"channel": "fax"}, "unknown_channel"),
        ("message", {}, "missing_delivery"),
    ],
)
def test_a_body_is_taken_or_refused_with_the_right_code(kind: str, body: dict[str, Any], code: str | None) -> None:
    found = refusal(kind, body)
    assert (found.code if found else None) == code


def test_a_restart_forgets_nothing(start_sandbox: StartSandbox) -> None:
    before = start_sandbox()
    answer = post(before, TASK).json()
    before.stop()
    after = start_sandbox()
    assert post(after, TASK).json() == answer
    assert (after.received().tasks, after.received().requests, after.received().replays) == (1, 2, 1)


def test_the_page_is_bilingual_dated_self_contained_and_masked(start_sandbox: StartSandbox, connect: Connect) -> None:
    sandbox = start_sandbox()
    clients = connect(sandbox.url)
    clients.crm.send(task(subject="<script>alert(1)</script>"))
    clients.messaging.send(message())
    post(sandbox, MESSAGE | {"to": "12"}, path="/messaging/messages")
    page = sandbox.page()
    assert NAME not in page and MOBILE not in page
    assert "张**" in page and "138****5678" in page
    assert "<script" not in page and "&lt;script&gt;" in page
    assert "Latest tasks" in page and "最新任务" in page and "invalid_number" in page and "declining_wealth" in page
    assert "http://" not in page and "https://" not in page and "src=" not in page
    assert "<time datetime=" in page


def test_an_empty_page_says_that_nothing_has_arrived(start_sandbox: StartSandbox) -> None:
    assert "尚未收到任何内容" in start_sandbox().page()


def test_a_page_elsewhere_cannot_reach_it_under_another_name(start_sandbox: StartSandbox) -> None:
    assert requests.get(start_sandbox().url, headers={"Host": "evil.example"}, timeout=5).status_code == 400


@pytest.mark.parametrize(
    ("name", "masked"), [("张三", "张*"), ("欧阳小明", "欧**"), ("John Smith", "J**"), ("王", "王*"), (" ", "*"), ("", "*")]
)
def test_a_name_shows_its_first_character_alone(name: str, masked: str) -> None:
    assert masked_name(name) == masked


@pytest.mark.parametrize(("mobile", "masked"), [(MOBILE, "138****5678"), ("1381234567", "********"), ("", "********")])
def test_a_mobile_shows_its_ends_if_it_has_eleven_digits(mobile: str, masked: str) -> None:
    assert masked_mobile(mobile) == masked


def test_faults_follow_each_other_in_their_order() -> None:
    faults = Faults(unavailable_first=1, busy_first=2, lose_first=1, slow_first=1)
    assert [faults.of(number) for number in range(1, 7)] == [
        Fault.UNAVAILABLE,
        Fault.BUSY,
        Fault.BUSY,
        Fault.LOST,
        Fault.SLOW,
        None,
    ]
    assert Faults().of(1) is None


def test_its_file_is_for_its_owner_alone(start_sandbox: StartSandbox, tmp_path: Path) -> None:
    start_sandbox()
    assert (tmp_path / "sandbox.sqlite").stat().st_mode & 0o077 == 0


def test_the_token_is_in_no_argument_list_and_no_log(start_sandbox: StartSandbox, tmp_path: Path) -> None:
    sandbox = start_sandbox()
    post(sandbox, TASK)
    assert TOKEN.get_secret_value() not in Path(f"/proc/{sandbox.pid}/cmdline").read_text()
    log = (tmp_path / "sandbox.log").read_text()
    assert "Started server" in log and TOKEN.get_secret_value() not in log and NAME not in log


def test_a_taken_port_is_named_with_the_mend(start_sandbox: StartSandbox, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=r"sandbox\.log"):
            start_sandbox(port=port)
    assert f"{port}: Address already in use; give another --port" in (tmp_path / "sandbox.log").read_text()


def test_an_unusable_database_is_named_in_the_log(tmp_path: Path) -> None:
    (tmp_path / "broken.sqlite").write_text("this is no database, though it is long enough to be looked at as one" * 20)
    with pytest.raises(SandboxError), SandboxProcess(tmp_path / "broken.sqlite", log=tmp_path / "log"):
        pass
    assert "broken.sqlite: file is not a database; name another --database" in (tmp_path / "log").read_text()


def test_it_ends_when_told(start_sandbox: StartSandbox) -> None:
    sandbox = start_sandbox()
    pid = sandbox.pid
    sandbox.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(SandboxError, match="does not answer"):
        sandbox.received()


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = (
        "import sys, pathlib; from integrations.sandbox.process import SandboxProcess as S; d = pathlib.Path(sys.argv[1]);"
        " s = S(d / 's.sqlite', log=d / 's.log').__enter__(); sys.stdout.write(f'{s.pid}\\n');"
        " sys.stdout.flush(); sys.stdin.read()"
    )
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", parent, tmp_path], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        orphan = int(process.stdout.readline())
        descriptor = os.pidfd_open(orphan)
        process.kill()
    ended, _, _ = select.select([descriptor], [], [], 10)
    os.close(descriptor)
    assert ended, "the sandbox outlived its parent"
    with sqlite3.connect(tmp_path / "s.sqlite") as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    connection.close()
