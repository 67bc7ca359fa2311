"""Customers and managers who react to what the bank sent them.

Belongs here: what a date does with it, in order (take in what was sent before, let effects move money, write down what is heard),
and what is kept between dates. Not here: the shape of what was sent (sent.py), how often what happens (reactions.yml), each kind
of reaction (reactions_*.py). A bank that is told of nothing sent writes nothing of this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo import reactions_effects as effects
from demo.bank_model import Model
from demo.columns import blank, dates, moments, money, repeated
from demo.days import FAR, to_date
from demo.draws import Array
from demo.drop import Drop
from demo.reactions_messages import SECONDS, Messages
from demo.reactions_plan import Plan
from demo.reactions_tasks import Tasks
from demo.sent import TASK, WAITING, Outbox, still_waiting, taken_in, values
from demo.today import Day
from demo.truth import Truth

_CHANNELS = ("sms", "push", "wecom", "email", "phone")


@dataclass
class Reactions:
    """What waits for its reaction. `told` is the last arrival taken in, `latest` the newest day for which one was sent."""

    model: Model
    plan: Plan
    outbox: Outbox | None
    waiting: pa.Table = field(default_factory=WAITING.empty_table)
    told: int = 0
    latest: int = 0
    _opened: effects.Opened | None = None

    def restore(self, saved: Mapping[str, Array]) -> None:
        """What `saved` gave at the end of an earlier date."""
        self.told, self.latest = (int(value) for value in saved["reactions_told"])
        self.waiting = pa.ipc.open_stream(pa.py_buffer(saved["reactions_waiting"].tobytes())).read_all()

    def saved(self) -> dict[str, Array]:
        """All that the next date needs, as arrays."""
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, WAITING) as stream:
            stream.write_table(self.waiting)
        told = np.array([self.told, self.latest], dtype=np.int64)
        return {"reactions_told": told, "reactions_waiting": np.frombuffer(sink.getvalue(), dtype=np.uint8)}

    def take_in(self, truth: Truth, day: int) -> None:
        """What was sent on the days before this one joins those that wait.

        What arrived after something of a later date is of that date too; what is told late counts as sent the day before.
        """
        if self.outbox is None:
            return
        arrivals = self.outbox(self.told)
        said = pc.fill_null(arrivals["business_date"].cast(pa.int32()), 0).to_numpy().astype(np.int64)
        received = np.maximum(np.maximum.accumulate(said), self.latest)
        before = int(np.searchsorted(received, day))
        if not before:
            return
        self.told, self.latest = arrivals["number"][before - 1].as_py(), int(received[before - 1])
        # threads race to the destination: only the ids say which is which
        new = arrivals.slice(0, before).append_column("sent_day", [pa.array(np.maximum(received[:before], day - 1))])
        new = new.sort_by("delivery_id")
        rows = taken_in(self.model, self.plan.effects, self.waiting, new, values(new, "sent_day"), day)
        self.waiting = pa.concat_tables([self.waiting, rows]).combine_chunks()
        truth.add_treatments(to_date(day), treatments(self.model, rows))

    def act(self, today: Day) -> None:
        """The effects of the day on the ledger."""
        if len(self.waiting):
            self._opened = effects.act(today, self.waiting)

    def write(self, drop: Drop, day: int) -> None:
        """The files of the day; then whatever has no more to come is forgotten."""
        if not len(self.waiting):
            return
        is_task = pc.equal(self.waiting["channel"], TASK)
        messages = Messages.of(self.model, self.plan, self.waiting.filter(pc.invert(is_task)))
        tasks = Tasks.of(self.model, self.plan, self.waiting.filter(is_task))
        files = [
            ("engagement.message_events", "message_events.csv", messages.events(self.model, day)),
            ("engagement.task_results", "task_results.csv", tasks.results(day)),
            ("engagement.consents", "refusals.csv", refusals(self.model, messages, tasks, day)),
            ("app.events", "visits.parquet", messages.visits(self.model, day)),
        ]
        if self._opened is not None:
            opened = effects.opened_rows(self.model, self._opened, day)
            files += [(name, f"{name.split('.')[1]}-opened.csv", rows) for name, rows in opened.items()]
        for name, file, rows in files:
            if rows.num_rows:
                drop.add(name, file, rows)
        self.waiting, self._opened = still_waiting(self.waiting, day), None


def refusals(model: Model, messages: Messages, tasks: Tasks, day: int) -> pa.Table:
    """Rows of engagement.consents: who unsubscribes refuses that channel, who complains refuses every one."""
    left, angry, called = messages.on("unsubscribed", day), messages.on("complained", day), tasks.complaints(day)
    channel = values(messages.rows, "channel").astype(str)[left]
    channels = np.concatenate(
        [np.where(np.isin(channel, _CHANNELS), channel, "all"), np.full(len(angry) + len(called), "all", dtype="<U5")]
    )
    written, spoken = values(messages.rows, "customer"), values(tasks.rows, "customer")
    customer = np.concatenate([written[left], written[angry], spoken[called]])
    at = np.concatenate(
        [messages.happens["unsubscribed"][left], messages.happens["complained"][angry], tasks.happens["done"][called]]
    )
    known = customer >= 0
    rows, at = int(known.sum()), at[known]
    return pa.table(
        {
            "customer_no": model.customer_numbers(customer[known]),
            "purpose": repeated("marketing", rows),
            "channel": pa.array(channels[known], pa.string()),
            "product_category": repeated("all", rows),
            "is_granted": pa.array(np.zeros(rows, dtype=bool)),
            "changed_at": moments(at // SECONDS, at % SECONDS),
        }
    )


def treatments(model: Model, rows: pa.Table) -> pa.Table:
    """The truth about each treatment: what was planted, and whether it will come."""
    rows = rows.filter(rows["is_treatment"])
    acts = values(rows, "acts_on")
    return pa.table(
        {
            "strategy_id": rows["strategy_id"],
            "customer_no": model.customer_numbers(values(rows, "customer")),
            "delivery_id": rows["delivery_id"],
            "sent_on": dates(values(rows, "sent_day")),
            "effect": rows["effect"],
            "lift": rows["lift"],
            "is_moved": rows["is_moved"],
            "acts_on": blank(dates(np.minimum(acts, FAR)), acts >= FAR),
            "for_days": rows["for_days"],
            "amount": blank(money(values(rows, "cents")), acts >= FAR),
        }
    )
