"""What the sandbox received, read from its file while it runs, and told to the demo bank by customer number."""

from __future__ import annotations

import stat
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from activation_kit import DAY, MOBILE, NAME, NEXT_DAY, Connect, StartSandbox, message, task

from foundation.home import Home
from integrations.sandbox.outbox import RECEIVED, received_since
from integrations.sandbox.process import SandboxError
from integrations.sandbox.store import Store
from orchestration.outside import sent_to_customers


def identities(home: Home, rows: list[tuple[str, str, str]]) -> None:
    """The published identities: source, record and customer."""
    folder = home.published / "customer_identities"
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("create table i (record_source varchar, record_id varchar, customer_id varchar)")
        connection.executemany("insert into i values (?, ?, ?)", rows)
        connection.execute(f"copy i to '{folder / 'customer_identities.parquet'}' (format parquet)")


def test_what_the_running_sandbox_received_is_read_in_order_and_without_names(
    tmp_path: Path, start_sandbox: StartSandbox, connect: Connect
) -> None:
    clients = connect(start_sandbox().url)
    clients.crm.send(task(1, product_code="W002"))
    clients.messaging.send(message(2, business_date=NEXT_DAY))
    file = tmp_path / "sandbox.sqlite"
    first, second = received_since(file, 0).to_pylist()
    assert first == {
        "number": 1, "kind": "task", "delivery_id": f"{1:032x}", "strategy_id": "declining_wealth", "channel": None,
        "business_date": str(DAY), "customer_id": "C1", "mobile": None, "manager_id": "RM7", "product_code": "W002",
        "due_on": "2026-05-08",
    }  # fmt: skip
    assert (second["kind"], second["channel"], second["business_date"], second["mobile"]) == (
        "message",
        "sms",
        str(NEXT_DAY),
        MOBILE,
    )
    assert received_since(file, 1).to_pylist() == [second]
    assert received_since(file, 2).to_pylist() == []
    assert NAME not in str(received_since(file, 0).to_pylist())
    clients.crm.send(task(3))
    assert [row["number"] for row in received_since(file, 2).to_pylist()] == [3]


def test_where_no_sandbox_ever_ran_nothing_was_received_and_nothing_is_made(tmp_path: Path) -> None:
    assert received_since(tmp_path / "sandbox.sqlite", 0).equals(RECEIVED.empty_table())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"this is no database of any kind" * 9, b""])
def test_a_file_that_is_no_sandbox_is_an_error_with_its_path(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sandbox.sqlite").write_bytes(content)
    with pytest.raises(SandboxError, match=r"sandbox\.sqlite cannot be read as what the sandbox received"):
        received_since(tmp_path / "sandbox.sqlite", 0)


def kept(home: Home, *bodies: dict[str, Any]) -> None:
    """Bodies in the sandbox's file as it keeps them, without the sandbox."""
    store = Store(home.sandbox)
    for number, body in enumerate(bodies):
        kind = "task" if "due_on" in body else "message"
        store.keep(kind, str(number), {"strategy_id": "s", "delivery_id": f"d{number}"} | body, datetime(2026, 5, 1, 9))  # noqa: DTZ001
    store.close()


def test_reading_changes_nothing_in_the_sandboxs_file(tmp_path: Path) -> None:
    home = Home(root=tmp_path, landing=tmp_path / "landing")
    kept(home, {"due_on": "2026-05-08", "customer_id": "c1"})
    before = home.sandbox.read_bytes()
    assert len(received_since(home.sandbox, 0)) == 1
    assert home.sandbox.read_bytes() == before
    assert stat.S_IMODE(home.sandbox.stat().st_mode) == 0o600


def test_the_demo_bank_is_told_the_customer_number_behind_each_task_and_the_phone_of_each_message(tmp_path: Path) -> None:
    home = Home(root=tmp_path, landing=tmp_path / "landing")
    identities(
        home,
        [
            ("core_banking.customers", "C00000009", "c1"), ("core_banking.customers", "C00000004", "c1"),
            ("app.users", "A0", "c1"), ("app.users", "A1", "c2"),
        ],
    )  # fmt: skip
    kept(
        home,
        {"due_on": "2026-05-08", "business_date": "2026-05-01", "customer_id": "c1", "manager_id": "RM1", "product_code": "W002"},
        {"due_on": "in a week", "business_date": "2026-02-30", "customer_id": "c2", "product_code": 7},
        {"channel": "sms", "to": MOBILE, "business_date": "2026-05-02"},
    )
    first, unknown, text = sent_to_customers(home)(0).to_pylist()
    assert (first["destination"], first["channel"], first["customer_no"]) == ("crm", "rm_task", "C00000004")
    assert (first["business_date"], str(first["due_on"]), first["product_code"]) == (DAY, "2026-05-08", "W002")
    assert (unknown["customer_no"], unknown["business_date"], unknown["due_on"], unknown["product_code"]) == (
        None,
        None,
        None,
        "7",
    )
    assert (text["destination"], text["channel"], text["customer_no"], text["mobile"]) == ("messaging", "sms", None, MOBILE)
    assert [row["number"] for row in sent_to_customers(home)(2).to_pylist()] == [3]


def test_without_the_published_identities_it_is_said_that_nobody_can_be_found(tmp_path: Path) -> None:
    home = Home(root=tmp_path, landing=tmp_path / "landing")
    assert len(sent_to_customers(home)(0)) == 0
    kept(home, {"due_on": "2026-05-08", "customer_id": "c1"})
    with pytest.raises(SandboxError, match=r"holds 1 new tasks and messages.*make materialize"):
        sent_to_customers(home)(0)
