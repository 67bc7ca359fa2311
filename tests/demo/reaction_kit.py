"""What the bank sent, made up for the tests of reactions, and models small enough to ask directly."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from demo_bank_files import FIRST, Bank

from demo.bank import generate
from demo.bank_model import Model
from demo.days import to_day
from demo.draws import Array
from demo.population import Parameters
from demo.reactions_plan import Plan, load_plan
from demo.sent import ARRIVALS, TASK, WAITING, Outbox, taken_in

CUSTOMERS, SEED = 300, 7
PLAN = load_plan()
MANY = 6_000


def delivery(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()[:32]


def arrival(number: int, **changes: Any) -> dict[str, Any]:
    """A text message of the first date to customer 1, unless said otherwise."""
    told = {
        "number": number, "destination": "messaging", "delivery_id": delivery(number), "channel": "sms",
        "strategy_id": "wealth_winback", "business_date": FIRST, "customer_no": "C00000001", "mobile": None,
        "manager_id": None, "product_code": None, "due_on": None,
    }  # fmt: skip
    return told | changes


def task(number: int, **changes: Any) -> dict[str, Any]:
    """A manager's task of the first date about customer 1, due in two weeks, unless said otherwise."""
    told: dict[str, Any] = {"destination": "crm", "channel": TASK, "manager_id": "RM1", "due_on": FIRST + timedelta(days=14)}
    return arrival(number, **(told | changes))


def outbox(arrivals: Sequence[dict[str, Any]]) -> Outbox:
    rows = pa.Table.from_pylist(list(arrivals), ARRIVALS)
    return lambda after: rows.slice(after)


def make(folder: Path, last: date, sent: Outbox | None) -> Bank:
    """The bank of these tests up to a date, told of what was sent."""
    generate(folder / "landing", folder / "demo", CUSTOMERS, FIRST, last, SEED, sent=sent)
    return Bank(folder / "landing", folder / "demo")


def model(customers: int = CUSTOMERS) -> Model:
    return Model.build(Parameters(customers, SEED, to_day(FIRST)), to_day(FIRST))


def waiting(of: Model, arrivals: pa.Table, plan: Plan = PLAN) -> pa.Table:
    """Arrivals of the first date as they wait on the second."""
    sent_day = np.full(len(arrivals), to_day(FIRST))
    return taken_in(of, plan.effects, WAITING.empty_table(), arrivals.sort_by("delivery_id"), sent_day, to_day(FIRST) + 1)


def many(**same: Any) -> pa.Table:
    """Thousands of arrivals, a strategy each, so that each is a treatment of its own."""
    numbers = range(1, MANY + 1)
    first = task(1, **same) if same.get("channel", TASK) == TASK else arrival(1, **same)
    columns: dict[str, Any] = {name: pa.array([value] * MANY, ARRIVALS.field(name).type) for name, value in first.items()}
    columns["delivery_id"] = [delivery(number) for number in numbers]
    columns["strategy_id"] = [f"s{number}" for number in numbers]
    return pa.table(columns, schema=ARRIVALS)


def days(after: int) -> list[int]:
    """The days from the one after the first date on."""
    return [to_day(FIRST) + 1 + number for number in range(after)]


def share_is(part: Array | int, whole: int, share: float) -> bool:
    """Whether a count is what so many draws of a share give, within five standard deviations."""
    count = part if isinstance(part, int) else int(part.sum())
    return abs(count - whole * share) <= 5 * max((whole * share * (1 - share)) ** 0.5, 1e-9)
