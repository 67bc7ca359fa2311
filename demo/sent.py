"""What the bank's destinations received, taken in by the demo bank: who it reached, when, and what it will make them do.

Belongs here: the shape in which it is told, whose it is, and the rows that wait for their reactions. Not here: reading it (the
caller's), the reactions themselves (reactions*.py). A row waits from the date after the one on which it was sent; names and
numbers of people are not kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from demo.bank_model import Model
from demo.days import FAR
from demo.draws import Array
from demo.reactions_plan import Effect, Effects, can_be_opened
from demo.today import cents
from demo.vocabulary import PRODUCT

ARRIVALS = pa.schema(
    [
        ("number", pa.int64()),  # the order of arrival, from 1
        ("destination", pa.string()),
        ("delivery_id", pa.string()),
        ("channel", pa.string()),  # TASK for a manager's task
        ("strategy_id", pa.string()),
        ("business_date", pa.date32()),  # for which it was sent, where it says so
        ("customer_no", pa.string()),  # or, where the destination does not know it,
        ("mobile", pa.string()),
        ("manager_id", pa.string()),
        ("product_code", pa.string()),
        ("due_on", pa.date32()),
    ]
)
# gives what arrived after an arrival's number, in the order of arrival
Outbox = Callable[[int], pa.Table]
TASK = "rm_task"
WAITING = pa.schema(
    [
        *(ARRIVALS.field(name) for name in ("destination", "delivery_id", "channel", "strategy_id", "manager_id")),
        ("key", pa.uint64()),  # what its draws are made from
        ("customer", pa.int64()),  # index; -1 where nobody is known
        ("sent_day", pa.int64()),
        ("due_day", pa.int64()),
        ("is_treatment", pa.bool_()),  # the first delivery of a strategy to a customer; the others go with it
        ("is_moved", pa.bool_()),
        ("acts_on", pa.int64()),  # FAR where it makes nobody do anything
        ("effect", pa.string()),
        ("lift", pa.float64()),
        ("cents", pa.int64()),
        ("for_days", pa.int64()),
        ("product", pa.int64()),  # of an account to open, -1 where there is none
    ]
)
_MESSAGE_DAYS = 8  # after which nothing more is heard of a message
_TASK_DAYS = 14  # for a task without a due date
_LONGEST_TASK_DAYS = 60
_KEY_BYTES = 64
_LEAST_CENTS = 10_000


def values(rows: pa.Table, name: str) -> Array:
    """A column as an array; text as objects."""
    array: Array = rows.column(name).to_numpy()
    return array


def text_keys(texts: pa.ChunkedArray) -> Array:
    """A number of 64 bits for each text, the same wherever and whenever it is asked."""
    letters = texts.cast(pa.binary()).to_numpy().astype(f"S{_KEY_BYTES}").view(np.uint8).reshape(len(texts), _KEY_BYTES)
    keys = np.full(len(texts), 14_695_981_039_346_656_037, dtype=np.uint64)
    for column in letters.T:
        keys = (keys ^ column) * np.uint64(1_099_511_628_211)
    return keys


def customers_of(model: Model, arrivals: pa.Table, day: int) -> Array:
    """The customer index behind each arrival: by number, else whoever has the phone first; -1 where nobody is found."""
    index = np.flatnonzero(model.population.open_day <= day)
    found = pc.index_in(arrivals["customer_no"], value_set=model.customer_numbers(index))
    if arrivals["mobile"].null_count < len(arrivals):
        phones = model.people.mobile(model.population.person[index])
        found = pc.coalesce(found, pc.index_in(arrivals["mobile"], value_set=phones))
    at = pc.fill_null(found, -1).to_numpy()
    return np.where(at >= 0, index[at], -1)


def taken_in(model: Model, effects: Effects, waiting: pa.Table, arrivals: pa.Table, sent_day: Array, day: int) -> pa.Table:
    """New arrivals as waiting rows: who, until when, and what comes of it."""
    customer, keys = customers_of(model, arrivals, day), text_keys(arrivals["delivery_id"])
    kinds = _Kinds.of(arrivals, effects)
    leads, begins = _treatments(waiting, arrivals, customer)
    closes = model.population.closed_day[np.maximum(customer, 0)] < FAR  # whom nothing moves any more
    comes = leads & (model.draws.uniform("effect", keys) < kinds.each("lift")) & ~closes
    is_moved = np.concatenate([values(waiting, "is_moved"), comes])[begins] & (customer >= 0)
    acts_on = sent_day + 1 + model.draws.below("effect/day", keys, kinds.each("within_days"))
    least, most = kinds.each("share_of_wealth").T
    share = least + (most - least) * model.draws.uniform("effect/share", keys)
    wealth = model.population.aum[np.maximum(customer, 0)]
    return pa.table(
        {
            **{name: arrivals[name] for name in ("destination", "delivery_id", "channel", "strategy_id", "manager_id")},
            "key": keys,
            "customer": customer,
            "sent_day": sent_day,
            "due_day": _due_days(arrivals, sent_day),
            "is_treatment": leads,
            "is_moved": is_moved,
            "acts_on": np.where(comes, acts_on, FAR),
            "effect": kinds.each("kind"),
            "lift": kinds.each("lift"),
            "cents": np.maximum(cents(wealth * share), _LEAST_CENTS),
            "for_days": kinds.each("for_days"),
            "product": kinds.products(),
        },
        schema=WAITING,
    )


def _due_days(arrivals: pa.Table, sent_day: Array) -> Array:
    due = pc.fill_null(arrivals["due_on"].cast(pa.int32()), -1).to_numpy()
    return np.where(due < 0, sent_day + _TASK_DAYS, np.clip(due, sent_day, sent_day + _LONGEST_TASK_DAYS))


def _treatments(waiting: pa.Table, arrivals: pa.Table, customer: Array) -> tuple[Array, Array]:
    """Which arrivals begin a treatment, and for each the row (of those waiting, then of the arrivals) with which its own began.

    While one waits, whatever else the same strategy sends to the same customer belongs to it.
    """
    strategies = pa.chunked_array([*waiting["strategy_id"].chunks, *arrivals["strategy_id"].chunks], pa.string())
    code = strategies.combine_chunks().dictionary_encode().indices.to_numpy()
    people = np.concatenate([values(waiting, "customer"), customer])
    _, first, which = np.unique(code * (people.max() + 2) + people + 1, return_index=True, return_inverse=True)
    begins = first[which][len(waiting) :]
    return (begins == np.arange(len(waiting), len(people))) & (customer >= 0), begins


@dataclass(frozen=True)
class _Kinds:
    """The effect of each arrival: the few different ones, and which is whose."""

    effects: list[Effect]
    named: list[str]  # the product that the bank named, if any
    which: Array

    @classmethod
    def of(cls, arrivals: pa.Table, effects: Effects) -> _Kinds:
        product = pc.fill_null(arrivals["product_code"], "")
        pairs = pc.binary_join_element_wise(arrivals["strategy_id"], product, "\n").combine_chunks().dictionary_encode()
        named = [pair.rsplit("\n", 1) for pair in pairs.dictionary.to_pylist()]
        return cls([effects.of(*pair) for pair in named], [product for _, product in named], pairs.indices.to_numpy())

    def each(self, field: str) -> Array:
        of_each: Array = np.array([getattr(effect, field) for effect in self.effects])[self.which]
        return of_each

    def products(self) -> Array:
        """The product of which each would open an account: the one named, else the effect's own; -1 for none."""
        both = zip(self.effects, self.named, strict=True)
        chosen = [named if can_be_opened(named) else effect.product for effect, named in both]
        return np.array([-1 if product is None else PRODUCT[product] for product in chosen])[self.which]


def still_waiting(rows: pa.Table, day: int) -> pa.Table:
    """The rows of which something may still be heard after a day."""
    acts, sent = values(rows, "acts_on"), values(rows, "sent_day")
    acted = np.where(acts < FAR, acts + values(rows, "for_days"), 0)
    ends = np.maximum.reduce([sent + _MESSAGE_DAYS, values(rows, "due_day"), acted])
    return rows.filter(pa.array(ends > day)).combine_chunks()
