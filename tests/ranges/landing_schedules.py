"""What lands when at a tiny bank: any rows of any table of the contract, in any order, more than once.

Belongs here: schedules, their strategies, and living through one. Not here: what a run does (bank_homes.py). Rows come from
the contract itself, with few keys and few values, so that they meet; days lie on both sides of every window's boundary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from bank_homes import Bank, Row
from hypothesis import strategies as st

from foundation.contract import Column, Table, landing_table, landing_tables

BASE = date(2026, 6, 24)
# days from BASE, which is the first date: the edges of windows of 30, 90 and 180 days, and days not yet come
_OFFSETS = (-400, -215, -181, -180, -179, -120, -91, -90, -89, -88, -31, -30, -29, -28, -1, 0, 1, 2, 3, 4, 30)
_NEAR = (-1, 0, 1, 2, 3)
_TIMES = (time(0), time(9, 30), time(23, 59, 59))
_MONEY = ("0.00", "0.01", "999.99", "250000.00", "500000.00", "7000000.00")
_DOMAINS: dict[str, Sequence[Any]] = {
    "customer_no": ("C1", "C2", "C3"),
    "account_no": ("A1", "A2", "A3", "A4"),
    "transaction_id": ("T1", "T2", "T3", "T4", "T5"),
    "product_code": ("P1", "P2", "P3"),
    "currency": ("CNY", "USD"),
    "rate": ("7.00000000", "7.25000000"),
    "customer_type": ("retail", "retail", "corporate"),
    "transaction_type": ("salary", "transfer", "card_purchase", "fee"),
    "core_banking.products.category": ("demand_deposit", "wealth", "mortgage", "credit_card"),
    "event_name": ("login", "page_view", "product_view", "apply_start"),
    "task_id": ("message_id 1", "message_id 2"),  # a task is a message of ours, too
    "purpose": ("marketing", "profiling"),
    "product_category": ("all", "wealth"),
    "nps_score": (0, 9, 10),
    "properties": ("{}",),
}


def day(number: int) -> date:
    return BASE + timedelta(days=number)


@dataclass(frozen=True)
class Drop:
    """A folder's content; a bad one is refused by gate 1."""

    table: str
    on: date
    rows: tuple[Row, ...]
    is_bad: bool = False


@dataclass(frozen=True)
class Step:
    """What lands before the runs of one evening, and these runs: each a first and a last date."""

    drops: tuple[Drop, ...]
    runs: tuple[tuple[date, date], ...]


@dataclass(frozen=True)
class Schedule:
    """Evenings one after another; at the end nothing holds the last date back."""

    dates: tuple[date, ...]
    steps: tuple[Step, ...]

    def in_the_end(self) -> list[Drop]:
        """The folders as they stand at the end."""
        return list({(drop.table, drop.on): drop for step in self.steps for drop in step.drops}.values())


def live_day_by_day(bank: Bank, schedule: Schedule) -> date | None:
    """Evening by evening. Returns what the last run said."""
    said = None
    for step in schedule.steps:
        land(bank, step.drops)
        for first, last in step.runs:
            said = bank.run(first, last)
    return said


def live_at_once(bank: Bank, schedule: Schedule) -> date | None:
    """One run over all dates, of what stands in the end."""
    land(bank, schedule.in_the_end())
    return bank.run(schedule.dates[0], schedule.dates[-1])


def land(bank: Bank, drops: Sequence[Drop]) -> None:
    for drop in drops:
        bank.land(drop.table, drop.on, drop.rows, is_bad=drop.is_bad)


def _values(table: Table, column: Column) -> st.SearchStrategy[Any]:
    if known := _DOMAINS.get(f"{table.full_name}.{column.name}") or _DOMAINS.get(column.name):
        values = st.sampled_from(list(known))
    elif column.allowed:
        values = st.sampled_from(list(column.allowed))
    elif column.type in ("date", "timestamp"):
        days = st.sampled_from(_NEAR if column.name == table.version or column.name in table.key else _OFFSETS).map(day)
        values = days if column.type == "date" else st.builds(datetime.combine, days, st.sampled_from(_TIMES))
    elif column.type in ("decimal", "rate"):
        values = st.sampled_from(_MONEY if column.type == "decimal" else ("0.035000",))
    elif column.type == "integer":
        values = st.integers(0, 3)
    elif column.type == "boolean":
        values = st.booleans()
    else:
        values = st.sampled_from([f"{column.name} 1", f"{column.name} 2"])
    return values if column.required else st.one_of(st.none(), values, values)


def rows_of(table: Table, *, at_least: int = 0) -> st.SearchStrategy[tuple[Row, ...]]:
    """One folder's rows: a key at most once, one in six a removal."""
    keys = {name: _values(table, table.column(name)) for name in table.key}
    others = {column.name: _values(table, column) for column in table.columns if column.name not in table.key}
    whole = st.fixed_dictionaries({**keys, **others})
    removed = st.fixed_dictionaries(keys).map(lambda key: {**key, "_deleted": True})
    row = st.integers(0, 5).flatmap(lambda number: removed if number == 5 else whole)
    return st.lists(row, min_size=at_least, max_size=4, unique_by=lambda row: tuple(row[name] for name in table.key)).map(tuple)


REQUIRED = tuple(table for table in landing_tables() if table.required)
OPTIONAL = tuple(table for table in landing_tables() if not table.required)
ALWAYS = tuple(landing_table(name) for name in ("app.users", "app.events", "core_banking.fx_rates"))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Three or four dates, an evening each and one more to mend what is left."""
    dates = tuple(day(number) for number in range(draw(st.integers(3, 4))))
    drawn = draw(st.lists(st.sampled_from(OPTIONAL), min_size=2, max_size=6, unique=True))
    landing: list[list[Drop]] = [[] for _ in range(len(dates) + 1)]
    for table in dict.fromkeys((*REQUIRED, *ALWAYS, *drawn)):
        for number, on in enumerate(dates):
            if table.required or draw(st.booleans()):
                _land_somewhen(draw, landing, table, number, on)
    return Schedule(dates, tuple(_evening(draw, dates, number, drops, landing) for number, drops in enumerate(landing)))


def _land_somewhen(draw: st.DrawFn, landing: list[list[Drop]], table: Table, number: int, on: date) -> None:
    """On its evening or later, at times replaced by another content on a later one."""
    evening = min(number + draw(st.sampled_from([0, 0, 0, 0, 1, 2])), len(landing) - 1)
    is_bad = draw(st.integers(0, 9)) == 0
    must_be_mended = is_bad and table.required
    if must_be_mended and evening == len(landing) - 1:
        is_bad = must_be_mended = False
    at_least = 2 if table.required and number == 0 else 0
    landing[evening].append(Drop(table.full_name, on, draw(rows_of(table, at_least=at_least)), is_bad))
    if evening < len(landing) - 1 and (must_be_mended or draw(st.integers(0, 5)) == 0):
        later = draw(st.integers(evening + 1, len(landing) - 1))
        landing[later].append(Drop(table.full_name, on, draw(rows_of(table))))


def _evening(draw: st.DrawFn, dates: tuple[date, ...], number: int, drops: list[Drop], landing: list[list[Drop]]) -> Step:
    """Runs the dates whose folders were replaced again, each alone or all up to today, and then today's."""
    today = dates[min(number, len(dates) - 1)]
    before = {(drop.table, drop.on) for evening in landing[:number] for drop in evening}
    again = sorted({drop.on for drop in drops if (drop.table, drop.on) in before and drop.on < today})
    if again and draw(st.booleans()):
        return Step(tuple(drops), ((again[0], today),))
    return Step(tuple(drops), (*((on, on) for on in again), (today, today)))
