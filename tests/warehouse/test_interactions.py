"""The ledger of contacts from day to day: what changed is told anew, whose it is follows who is who, days touched are noted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tiny_warehouse import FIRST, Warehouse

NEXT = date(2026, 6, 30)
LEDGER = (
    "--select", "customer_identities", "customer_aliases", "int_customer_records", "int_interaction_owners", "int_interactions",
    "interactions",
)  # fmt: skip
TOLD = "select source, customer_id, channel, business_date, summary from marts.interactions order by all"
NOTED = "select distinct business_date from control.unpublished_days order by all"
WHOSE = "select record_id, customer_id from identity.customer_identities where record_source = 'core_banking.customers'"


def call(number: str, at: str, **more: Any) -> dict[str, Any]:
    return {"contact_id": number, "customer_no": "C1", "channel": "inbound_call", "started_at": at, "reason": "card"} | more


def published(warehouse: Warehouse) -> None:
    """As if all that stands had been published, and the marts were complete."""
    warehouse.forget_changes()
    with warehouse.open() as connection:
        connection.execute("delete from control.unpublished_days")


@pytest.fixture
def told(warehouse: Warehouse) -> Warehouse:
    """Two calls and the bank's first session, built on FIRST."""
    rows = [call("K1", "2026-06-28 10:00:00"), call("K2", "2026-06-29 10:00:00", customer_no="C2")]
    warehouse.land("call_centre.contacts", rows, changed=True)
    warehouse.build(FIRST, *LEDGER)
    return warehouse


def test_a_first_build_may_have_touched_any_day_and_a_day_its_own(told: Warehouse) -> None:
    assert told.query(NOTED) == [(date(2026, 6, 28),), (FIRST,), (None,)]
    customer = dict(told.query(WHOSE))
    assert told.query(TOLD) == [
        ("app.events", customer["C1"], "app", date(2026, 6, 1), "1 events, 0 minutes"),
        ("call_centre.contacts", customer["C1"], "phone", date(2026, 6, 28), "card; no outcome"),
        ("call_centre.contacts", customer["C2"], "phone", FIRST, "card; no outcome"),
    ]


def test_a_correction_moves_a_contact_and_notes_both_days(told: Warehouse) -> None:
    published(told)
    before = told.query("select interaction_id, source from marts.interactions where business_date = '2026-06-28'")
    told.correct("call_centre.contacts", {"contact_id": "K1"}, {"started_at": "2026-05-02 10:00:00", "outcome": "served"})
    told.build(NEXT, *LEDGER)
    assert told.query(NOTED) == [(date(2026, 5, 2),), (date(2026, 6, 28),)]
    assert told.query("select interaction_id, source from marts.interactions where business_date = '2026-05-02'") == before
    assert told.query("select count(*) from marts.interactions where business_date = '2026-06-28'") == [(0,)]


def test_a_contact_changes_hands_with_its_record_and_its_day_is_noted(told: Warehouse) -> None:
    published(told)
    customer = dict(told.query(WHOSE))
    with told.open() as connection:
        connection.execute("update raw.app__users set customer_no = 'C2'")
        connection.execute("insert into changes.app__users select * from raw.app__users")
    told.build(NEXT, *LEDGER)
    session = "select customer_id from marts.interactions where source = 'app.events'"
    assert told.query(session) == [(customer["C2"],)]
    assert told.query(NOTED) == [(date(2026, 6, 1),)]


def test_an_answer_is_told_as_soon_as_its_message_is_known(told: Warehouse) -> None:
    published(told)
    opened = {"destination": "messaging", "message_id": "M", "event": "opened", "occurred_at": "2026-06-29 11:00:00"}
    told.land("engagement.message_events", [opened], changed=True)
    told.build(NEXT, *LEDGER)
    answers = "select customer_id, channel, summary from marts.interactions where source = 'engagement.message_events'"
    assert told.query(answers) == []
    published(told)
    sent = {"message_id": "M", "customer_no": "C1", "campaign": "spring", "arm": "treatment", "channel": "email"}
    told.land("engagement.past_contacts", [sent | {"sent_at": "2026-06-28 08:00:00"}], changed=True)
    told.build(NEXT, *LEDGER)
    assert told.query(answers) == [(dict(told.query(WHOSE))["C1"], "email", "opened; spring")]
    assert told.query(NOTED) == [(date(2026, 6, 28),), (FIRST,)]


def test_a_contact_of_a_day_not_yet_come_waits_for_it(told: Warehouse) -> None:
    told.land("call_centre.contacts", [call("K3", "2026-06-30 00:00:00")], changed=True)
    told.build(FIRST, *LEDGER)
    assert told.query("select count(*) from marts.interactions where business_date > '2026-06-29'") == [(0,)]
    published(told)
    told.build(NEXT, *LEDGER)
    assert told.query("select count(*) from marts.interactions where business_date > '2026-06-29'") == [(1,)]


def test_a_message_is_sent_once_however_late_it_is_told_and_both_days_are_noted(told: Warehouse) -> None:
    event = {"destination": "messaging", "message_id": "M", "event": "delivered", "occurred_at": "2026-06-29 11:00:00"}
    sent = "select business_date, summary, record_id from intermediate.int_interactions where kind = 'message_sent'"
    told.land("engagement.message_events", [event], changed=True)
    told.build(NEXT, *LEDGER)
    assert told.query(sent) == [(FIRST, "delivered", "M")]
    published(told)
    told.land("engagement.message_events", [event | {"event": "accepted", "occurred_at": "2026-06-28 23:59:00"}], changed=True)
    told.build(NEXT, *LEDGER)
    assert told.query(sent) == [(date(2026, 6, 28), "accepted", "M")]
    assert told.query(NOTED) == [(date(2026, 6, 28),), (FIRST,)]
    published(told)
    past = {"message_id": "M", "customer_no": "C1", "campaign": "spring", "arm": "treatment", "channel": "sms"}
    told.land("engagement.past_contacts", [past | {"sent_at": "2026-06-27 09:00:00"}], changed=True)
    told.build(NEXT, *LEDGER)
    assert told.query(sent) == [(date(2026, 6, 27), "sent", "M")]
    assert (date(2026, 6, 28),) in told.query(NOTED)
