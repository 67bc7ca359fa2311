"""What becomes of a message: its events from accepted to complained, and the app session of whoever follows it.

Belongs here: the order in which things can happen to a message, and their rows. Not here: how often they happen
(reactions.yml), tasks (reactions_tasks.py), what moves money (reactions_effects.py). Everything is a function of seed and
delivery, so any day can be told again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from demo import vocabulary as words
from demo.bank_model import Model
from demo.columns import Column, blank, joined, moments, numbered, picked, plain, repeated
from demo.days import digits
from demo.draws import Array
from demo.outside_records import app_users_of
from demo.reactions_plan import Channel, Plan
from demo.sent import values

SECONDS = 86_400
SENT_AT = 9 * 3_600  # the hour at which the demo bank's day sends
NEVER = np.iinfo(np.int64).max
_EVENTS = ("accepted", "failed", "bounced", "delivered", "opened", "clicked", "replied", "unsubscribed", "complained")
_DETAILS = {
    "failed": ["gateway_timeout", "handset_off"],
    "bounced": ["unknown_number", "mailbox_full"],
    "replied": ["收到", "谢谢"],
}
_VISIT = ("login", "page_view", "product_view", "logout")


def sent_at(rows: pa.Table) -> Array:
    """Seconds since 1970 at which each was sent."""
    at: Array = values(rows, "sent_day") * SECONDS + SENT_AT
    return at


def lands_on(rows: pa.Table, at: Array) -> Array:
    """The date in whose drop something of that moment stands: its own, but never that of the sending itself."""
    day: Array = np.maximum(at // SECONDS, values(rows, "sent_day") + 1)
    return day


@dataclass(frozen=True)
class Messages:
    """Messages and the seconds since 1970 at which each event happens to each; NEVER where it does not."""

    rows: pa.Table
    happens: dict[str, Array]

    @classmethod
    def of(cls, model: Model, plan: Plan, rows: pa.Table) -> Messages:
        """What will have happened to each message in the end."""
        draws, key, is_moved = model.draws, values(rows, "key"), values(rows, "is_moved")
        rates = _Rates.of(plan, values(rows, "channel"))

        def chance(name: str) -> Array:
            return draws.uniform(f"message/{name}", key)

        def after(start: Array, name: str, least: int, spread: int) -> Array:
            return start + least + draws.below(f"message/{name}/after", key, spread)

        accepted = after(sent_at(rows), "accepted", 1, 4)
        fails, bounces = rates("failed"), rates("failed") + rates("bounced")
        fate, settled = chance("fate"), after(accepted, "delivered", 3, 600)
        wait = np.minimum(-np.log(1.0 - chance("opened/after")) * rates("opened_after_hours") * 3_600, 3 * SECONDS)
        opened = settled + 30 + wait.astype(np.int64)
        is_opened = (fate >= bounces) & (chance("opened") < np.where(is_moved, plan.moved.opened, rates("opened")))
        upset = is_opened & ~is_moved
        events = {
            "accepted": (np.full(len(key), True), accepted),
            "failed": (fate < fails, settled),
            "bounced": ((fate >= fails) & (fate < bounces), settled),
            "delivered": (fate >= bounces, settled),
            "opened": (is_opened, opened),
            "clicked": (
                is_opened & (chance("clicked") < np.where(is_moved, plan.moved.clicked, rates("clicked"))),
                after(opened, "clicked", 5, 300),
            ),
            "replied": (is_opened & (chance("replied") < rates("replied")), after(opened, "replied", 60, 3_600)),
            "unsubscribed": (upset & (chance("unsubscribed") < rates("unsubscribed")), after(opened, "unsubscribed", 20, 1_800)),
            "complained": (upset & (chance("complained") < rates("complained")), after(opened, "complained", 3_600, 2 * SECONDS)),
        }
        return cls(rows, {name: np.where(does, at, NEVER) for name, (does, at) in events.items()})

    def on(self, event: str, day: int) -> Array:
        """The messages of which a day's drop tells this event."""
        at = self.happens[event]
        return np.flatnonzero((at < NEVER) & (lands_on(self.rows, at) == day))

    def events(self, model: Model, day: int) -> pa.Table:
        """Rows of engagement.message_events."""
        tables = [self._events(model, event, self.on(event, day)) for event in _EVENTS]
        return pa.concat_tables(tables).sort_by([("occurred_at", "ascending"), ("message_id", "ascending")])

    def _events(self, model: Model, event: str, who: Array) -> pa.Table:
        rows, at = self.rows.take(who), self.happens[event][who]
        said = _DETAILS.get(event, ["-"])
        detail = picked(said, model.draws.below("message/detail", values(rows, "key"), len(said)))
        return pa.table(
            {
                "destination": rows["destination"],
                "message_id": rows["delivery_id"],
                "event": repeated(event, len(who)),
                "occurred_at": _moments(at),
                "detail": blank(detail, np.full(len(who), event not in _DETAILS)),
            }
        )

    def visits(self, model: Model, day: int) -> pa.Table:
        """Rows of app.events: the sessions of those who followed a message into the app."""
        who = self.on("clicked", day)
        customer = values(self.rows, "customer")[who]
        person, number, has_app = app_users_of(model, customer, day)
        who, person, number = (part[has_app & (customer >= 0)] for part in (who, person, number))
        return _sessions(model, self.rows.take(who), self.happens["clicked"][who], person, number, day)


def _sessions(model: Model, rows: pa.Table, at: Array, person: Array, number: Array, day: int) -> pa.Table:
    steps = len(_VISIT)
    which, step = np.repeat(np.arange(len(rows)), steps), np.tile(np.arange(steps), len(rows))
    key, moment = values(rows, "key")[which], at[which] + step * 40
    by_push = values(rows, "channel")[which] == "push"
    names = np.where((step == 1) & by_push, "push_open", np.array(_VISIT)[step])
    product, seen = values(rows, "product")[which], model.draws.below("message/seen", key, len(words.PRODUCTS))
    pages = picked(["home", "message_centre", "wealth_list", "home"], step)
    stamp = digits(np.full(1, day))[0]
    return pa.table(
        {
            "event_id": numbered("E", stamp * 10**8 + 9 * 10**7 + np.arange(1, len(which) + 1), 16),
            "app_user_id": numbered("U", number[which], 9),
            "device_id": numbered("dev", model.draws.bits("device", person[which]) % np.uint64(10**15), 15),
            "session_id": joined(numbered("S", number[which], 9), "-m", plain(key % np.uint64(10**9))),
            "occurred_at": _moments(moment),
            "event_name": pa.array(names, pa.string()),
            "page": pages,
            "city": picked([city for _, city, _ in words.CITIES], model.people.city(person[which])),
            "product_code": blank(
                picked([item.code for item in words.PRODUCTS], np.where(product >= 0, product, seen)), step != 2
            ),
            "message_id": blank(rows["delivery_id"].combine_chunks().take(pa.array(which)), step != 1),
            "properties": joined('{"stay_seconds": ', plain(np.full(len(which), 40)), "}"),
        }
    )


def _moments(at: Array) -> Column:
    return moments(at // SECONDS, at % SECONDS)


@dataclass(frozen=True)
class _Rates:
    """The base rates of each message's channel."""

    channels: list[Channel]
    which: Array

    @classmethod
    def of(cls, plan: Plan, channel: Array) -> _Rates:
        names, which = np.unique(channel.astype(str), return_inverse=True)
        return cls([plan.channel(str(name)) for name in names], which)

    def __call__(self, field: str) -> Array:
        of_each: Array = np.array([getattr(channel, field) for channel in self.channels])[self.which]
        return of_each
