"""What waited for a dead destination is sent only where a consent that permits it is still in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from activation_kit import DAY, MOBILE, NEXT_DAY, clock

from foundation.home import Home
from foundation.settings import load_settings
from integrations.delivery.ledger import Ledger
from integrations.delivery.records import Planned, Status
from integrations.delivery.sender import send_open

STRATEGY = "wealth_winback"
# customer: what is in force of marketing, as (channel, product category, granted)
SAID: dict[str, list[tuple[str, str, bool]]] = {
    "agreed": [("sms", "all", True)],
    "refused": [("sms", "all", False)],
    "silent": [],
    "agreed elsewhere": [("email", "all", True)],
    "agreed to all but funds": [("sms", "all", True), ("sms", "fund", False)],
    "refused all but funds": [("sms", "all", False), ("sms", "fund", True)],
    "merged into agreed": [],
    "merged into refused": [],
}
TEXT, TASK = ("sms", "messaging", "send_message"), ("rm_task", "crm", "create_task")
WAREHOUSE = """
create schema intermediate; create schema identity; create schema vault.contacts;
create table intermediate.int_consents_in_force
    (customer_id varchar, purpose varchar, channel varchar, product_category varchar, is_granted boolean);
create table identity.customer_aliases (customer_id varchar, current_customer_id varchar);
insert into identity.customer_aliases values ('merged into agreed', 'agreed'), ('merged into refused', 'refused');
create table vault.contacts.contact_points (customer_id varchar, full_name varchar, mobile varchar);
create table entries (entry_id varchar, customer_id varchar, manager_id varchar, subject varchar, reason varchar,
    product_code varchar, expires_on date, strategy_id varchar, script_id varchar, channel varchar);
"""


class Destination:
    """One that takes whatever comes, and remembers it."""

    honours_idempotency_keys = True

    def __init__(self, name: str) -> None:
        self.name, self.got = name, list[Any]()

    def send(self, payload: Any, /) -> str:
        self.got.append(payload)
        return f"R{len(self.got)}"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.setenv("C360_HOME", str(tmp_path / "home"))
    load_settings.cache_clear()
    yield Home.of(load_settings())
    load_settings.cache_clear()


def outcomes(home: Home, *, strategy: str = STRATEGY, channel: tuple[str, str, str] = TEXT) -> dict[str, str]:
    """Everybody's one delivery decided on DAY and sent on NEXT_DAY: customer -> status, or why it was rejected."""
    from assets.activation import _lookup  # this loads what reads the settings
    from assets.workspace import Workspace

    name, destination, operation = channel
    frozen = home.decisions / str(DAY)
    frozen.mkdir(parents=True)
    workspace = Workspace()
    with workspace.warehouse() as connection:
        connection.execute(WAREHOUSE)
        for customer, said in SAID.items():
            entry = [customer, customer, "M1", "s", "r", None, DAY + timedelta(3), strategy, "text", name]
            connection.execute("insert into entries values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", entry)
            connection.execute("insert into vault.contacts.contact_points values (?, 'A', ?)", [customer, MOBILE])
            for of, category, granted in said:
                row = [customer, "marketing", of, category, granted]
                connection.execute("insert into intermediate.int_consents_in_force values (?, ?, ?, ?, ?)", row)
        connection.execute("insert into intermediate.int_consents_in_force values ('refused', 'profiling', 'sms', 'all', true)")
        connection.execute(f"copy entries to '{frozen / 'list_entries.parquet'}'")
    receiver = Destination(destination)
    with Ledger(home.ledger) as ledger:
        ledger.plan(
            Planned(business_date=DAY, entry_id=customer, customer_id=customer, channel=name, destination=destination,
                    operation=operation)
            for customer in SAID
        )  # fmt: skip
        send_open(ledger, {destination: receiver}, _lookup(workspace, NEXT_DAY), clock, workers=1)
        rows = ledger.deliveries()
    assert len(receiver.got) == sum(row.status is Status.ACKNOWLEDGED for row in rows)
    return {row.customer_id: row.error_code or row.status.value for row in rows}


def written(monkeypatch: pytest.MonkeyPatch, *, category: str) -> None:
    """The strategy as if its text message were about this product category."""
    from assets import consent

    meta = {
        "channels": [{"channel": "rm_task", "consent_channel": None}, {"channel": "sms", "consent_channel": "sms"}],
        "strategies": [{"strategy_id": STRATEGY, "actions": [{"channel": "sms", "product_category": category}]}],
    }
    parsed = {"nodes": {"model.customer_360.strategies": {"config": {"meta": meta}}}}
    monkeypatch.setattr(consent, "manifest", lambda: parsed)


def split(sent: set[str]) -> dict[str, str]:
    return {customer: "acknowledged" if customer in sent else "consent_withdrawn" for customer in SAID}


def test_whoever_refused_since_gets_no_message_and_the_ledger_says_why(home: Home) -> None:
    assert outcomes(home) == split({"agreed", "agreed to all but funds", "merged into agreed"})
    with Ledger(home.ledger) as ledger:
        told = {row.error_detail for row in ledger.deliveries() if row.error_code}
    assert told == {"no consent that permits sms is in force any more"}


def test_what_was_said_of_the_very_category_counts_before_what_was_said_of_all(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(monkeypatch, category="fund")
    assert outcomes(home) == split({"agreed", "refused all but funds", "merged into agreed"})


def test_a_task_that_needs_no_consent_is_sent_to_all(home: Home) -> None:
    assert outcomes(home, channel=TASK) == split(set(SAID))


@pytest.mark.parametrize(("channel", "sent"), [(TEXT, set()), (TASK, set(SAID))], ids=["a message", "a task"])
def test_a_strategy_that_is_no_longer_written_permits_no_message(
    home: Home, channel: tuple[str, str, str], sent: set[str]
) -> None:
    assert outcomes(home, strategy="abandoned", channel=channel) == split(sent)


def test_a_channel_that_is_no_longer_written_is_not_used(home: Home) -> None:
    assert outcomes(home, channel=("pigeon", *TEXT[1:])) == split(set())


def test_the_list_made_by_hand_here_has_columns_of_a_real_one_alone_and_all_that_sending_asks_for() -> None:
    from assets.activation import _TO_SEND
    from assets.dbt_translation import manifest

    columns = set(manifest()["nodes"]["model.customer_360.list_entries"]["columns"])
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as vault")
        connection.execute(WAREHOUSE)
        made = {row[0] for row in connection.execute("describe entries").fetchall()}
        connection.execute(_TO_SEND.format(entries="entries", personal="v.mobile"), [[]])
    assert made <= columns
