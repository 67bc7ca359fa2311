"""What is heard of messages and tasks: possible in its order, as often as the plan says, and told on the right date."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from demo_bank_files import FIRST
from reaction_kit import MANY, PLAN, arrival, days, many, model, share_is, waiting

from demo.bank_model import Model
from demo.days import to_day
from demo.reactions import refusals
from demo.reactions_messages import Messages
from demo.reactions_tasks import Tasks
from demo.sent import ARRIVALS

SENT = datetime.combine(FIRST, datetime.min.time()) + timedelta(hours=9)
DUE = FIRST + timedelta(days=14)
Told = list[tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def bank() -> Model:
    return model()


@pytest.fixture(scope="module")
def messages(bank: Model) -> Messages:
    return Messages.of(bank, PLAN, waiting(bank, many(channel="push")))


@pytest.fixture(scope="module")
def tasks(bank: Model) -> Tasks:
    return Tasks.of(bank, PLAN, waiting(bank, many()))


@pytest.fixture(scope="module")
def heard(bank: Model, messages: Messages) -> Told:
    """Every message event with the day whose drop tells it."""
    return [(day, row) for day in days(12) for row in messages.events(bank, day).to_pylist()]


@pytest.fixture(scope="module")
def recorded(tasks: Tasks) -> Told:
    return [(day, row) for day in days(20) for row in tasks.results(day).to_pylist()]


def by(told: Told, name: str, what: str) -> dict[str, dict[str, datetime]]:
    found: dict[str, dict[str, datetime]] = {}
    for _, row in told:
        found.setdefault(row[name], {})[row[what]] = row["updated_at" if "updated_at" in row else "occurred_at"]
    return found


def test_every_message_is_accepted_and_has_exactly_one_fate(heard: Told) -> None:
    chains = by(heard, "message_id", "event")
    assert len(chains) == MANY
    for events in chains.values():
        assert "accepted" in events
        assert len({"delivered", "bounced", "failed"} & set(events)) == 1


def test_nothing_happens_to_a_message_before_what_it_follows_from(heard: Told) -> None:
    seen = set()
    for events in by(heard, "message_id", "event").values():
        assert events["accepted"] > SENT
        for earlier, later in (
            ("accepted", "delivered"), ("accepted", "bounced"), ("accepted", "failed"), ("delivered", "opened"),
            ("opened", "clicked"), ("opened", "replied"), ("opened", "unsubscribed"), ("opened", "complained"),
        ):  # fmt: skip
            if later in events:
                seen.add(later)
                assert events[earlier] < events[later]
    assert seen >= {"delivered", "failed", "opened", "clicked", "unsubscribed", "complained"}


def test_messages_fare_as_often_as_the_plan_says(heard: Told, messages: Messages) -> None:
    chains, rates = by(heard, "message_id", "event"), PLAN.channel("push")
    moved = {
        row["delivery_id"] for row in messages.rows.to_pylist() if row["is_moved"]
    }  # they take it as the plan says of the moved
    usual = [events for name, events in chains.items() if name not in moved]
    opened = [events for events in usual if "opened" in events]
    assert share_is(sum("failed" in events for events in chains.values()), MANY, rates.failed)
    assert share_is(len(opened), sum("delivered" in events for events in usual), rates.opened)
    assert share_is(sum("clicked" in events for events in opened), len(opened), rates.clicked)
    assert share_is(sum("unsubscribed" in events for events in opened), len(opened), rates.unsubscribed)
    delivered = [chains[name] for name in moved if "delivered" in chains[name]]
    assert share_is(sum("opened" in events for events in delivered), len(delivered), PLAN.moved.opened)


def test_what_is_heard_lands_on_its_own_date_but_never_on_that_of_the_sending(heard: Told, recorded: Told) -> None:
    for day, row in heard + recorded:
        at = row.get("occurred_at") or row["updated_at"]
        assert day == max(to_day(at.date()), to_day(FIRST) + 1)
    assert {day for day, _ in heard} > {to_day(FIRST) + 1}


def test_each_channel_goes_by_its_own_rates_and_an_unknown_one_by_the_default(bank: Model) -> None:
    for channel, rates in (("wecom", PLAN.channels["wecom"]), ("carrier pigeon", PLAN.channels["default"])):
        messages = Messages.of(bank, PLAN, waiting(bank, many(channel=channel)))
        opened = (messages.happens["opened"] < messages.happens["failed"].max()) & ~messages.rows["is_moved"].to_numpy()
        delivered = (messages.happens["delivered"] < messages.happens["failed"].max()) & ~messages.rows["is_moved"].to_numpy()
        assert share_is(opened, int(delivered.sum()), rates.opened), channel


def test_a_task_ends_once_by_its_due_date_and_is_open_before(recorded: Told) -> None:
    ends = by(recorded, "task_id", "status")
    assert len(ends) == MANY
    for states in ends.values():
        [end] = {"done", "declined", "expired"} & set(states)
        assert states[end].date() <= DUE
        assert end == "expired" or "open" in states
        moments = sorted(states.values())
        assert all(earlier < later for earlier, later in pairwise(moments))
        assert states[end] == moments[-1]
        if end == "expired":
            assert states[end] == datetime.combine(DUE, datetime.min.time()) + timedelta(hours=18)


def test_only_a_task_that_is_done_has_an_outcome_and_outcomes_come_as_the_plan_says(recorded: Told, tasks: Tasks) -> None:
    assert all((row["outcome"] is not None) == (row["status"] == "done") for _, row in recorded)
    moved = {row["delivery_id"] for row in tasks.rows.to_pylist() if row["is_moved"]}
    done = [row for _, row in recorded if row["status"] == "done"]
    usual = [row["outcome"] for row in done if row["task_id"] not in moved]
    for outcome, share in PLAN.tasks.outcomes.items():
        assert share_is(usual.count(outcome), len(usual), share), outcome
    assert sum(row["task_id"] in moved for row in done) == len(moved) > 0
    won = [row["outcome"] for row in done if row["task_id"] in moved]
    assert share_is(won.count("interested"), len(won), PLAN.moved.interested)


@pytest.mark.parametrize(("due_on", "last"), [(FIRST, FIRST), (FIRST + timedelta(days=1), FIRST + timedelta(days=1))])
def test_a_task_due_at_once_expires_or_is_done_on_that_day(bank: Model, due_on: date, last: date) -> None:
    tasks = Tasks.of(bank, PLAN, waiting(bank, many(due_on=due_on)))
    rows = [row for day in days(3) for row in tasks.results(day).to_pylist()]
    ends = [row for row in rows if row["status"] != "open"]
    assert len(ends) == MANY
    assert {row["updated_at"].date() for row in ends} == {last}


def test_who_unsubscribes_refuses_the_channel_and_who_complains_refuses_all(
    bank: Model, messages: Messages, tasks: Tasks
) -> None:
    told = [row for day in days(20) for row in refusals(bank, messages, tasks, day).to_pylist()]
    events = [row for day in days(20) for row in messages.events(bank, day).to_pylist()]
    left = sorted(row["occurred_at"] for row in events if row["event"] == "unsubscribed")
    angry = [row["occurred_at"] for row in events if row["event"] == "complained"]
    angry += [row["updated_at"] for day in days(20) for row in tasks.results(day).to_pylist() if row["outcome"] == "complaint"]
    assert left
    assert angry
    assert sorted(row["changed_at"] for row in told if row["channel"] == "push") == left
    assert sorted(row["changed_at"] for row in told if row["channel"] == "all") == sorted(angry)
    assert {(row["purpose"], row["product_category"], row["is_granted"]) for row in told} == {("marketing", "all", False)}
    assert {row["customer_no"] for row in told} == {"C00000001"}


def test_who_follows_a_message_opens_the_app_and_the_session_says_which_message_led_there(bank: Model) -> None:
    customers = bank.customer_numbers(pa.array(range(300)).to_numpy())
    rows = [arrival(n, channel=channel, customer_no=customers[n % 300].as_py()) for n in range(3_000) for channel in ("push",)]
    messages = Messages.of(bank, PLAN, waiting(bank, pa.Table.from_pylist(rows, ARRIVALS)))
    clicks = {}
    for day in days(8):
        clicks |= {
            row["message_id"]: row["occurred_at"] for row in messages.events(bank, day).to_pylist() if row["event"] == "clicked"
        }
    visits = pa.concat_tables([messages.visits(bank, day) for day in days(8)])
    led = visits.filter(pc.is_valid(visits["message_id"])).to_pylist()
    assert led
    assert len(led) < len(clicks), "somebody without the app follows a message too"
    assert {row["event_name"] for row in led} == {"push_open"}
    assert all(0 < (row["occurred_at"] - clicks[row["message_id"]]).seconds < 120 for row in led)
    assert len(visits) == 4 * len(led)
    assert len(pc.unique(visits["event_id"])) == len(visits)


def test_of_a_message_to_nobody_known_only_the_gateway_is_heard(bank: Model) -> None:
    messages = Messages.of(bank, PLAN, waiting(bank, many(channel="push", customer_no="C99999999")))
    tasks = Tasks.of(bank, PLAN, waiting(bank, many(customer_no=None)))
    assert not any(messages.rows["is_moved"].to_pylist() + messages.rows["is_treatment"].to_pylist())
    assert sum(len(messages.events(bank, day)) for day in days(8)) > MANY
    assert [len(messages.visits(bank, day)) + len(refusals(bank, messages, tasks, day)) for day in days(20)] == [0] * 20
