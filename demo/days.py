"""Days as integers (since 1970-01-01) and what the calendar does to spending.

Belongs here: conversions and seasons. Not here: what people do on a day (flows.py).
"""

# ruff: noqa: SIM905 - words in one line read better than a quoted list
from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from demo.draws import Array

EPOCH = date(1970, 1, 1)
FAR = 1_000_000  # a day that never comes
SPRING_FESTIVALS = tuple(
    (date.fromisoformat(text) - EPOCH).days
    for text in (
        "2019-02-05 2020-01-25 2021-02-12 2022-02-01 2023-01-22 2024-02-10 2025-01-29 2026-02-17 2027-02-06 2028-01-26 "
        "2029-02-13 2030-02-03 2031-01-23 2032-02-11 2033-01-31 2034-02-19 2035-02-08 2036-01-28"
    ).split()
)


def to_day(on: date) -> int:
    return (on - EPOCH).days


def to_date(day: int) -> date:
    return EPOCH + timedelta(days=day)


def year_month_day(days: Array) -> tuple[Array, Array, Array]:
    """The calendar parts of each day."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    years = dates.astype("datetime64[Y]")
    month = (months - years).astype(np.int64) + 1
    return years.astype(np.int64) + 1970, month, (dates - months).astype(np.int64) + 1


def digits(days: Array) -> Array:
    """Each day as the number YYYYMMDD."""
    year, month, day = year_month_day(days)
    number: Array = year * 10_000 + month * 100 + day
    return number


def next_day_of_month(day: int, wanted: Array) -> Array:
    """The first day after `day` that falls on the wanted day of its month (1 to 28)."""
    start = np.int64(day) - (to_date(day).day - 1)
    following = (np.datetime64(to_date(day), "M") + 1).astype("datetime64[D]").astype(np.int64)
    this_month = start + wanted - 1
    return np.where(this_month > day, this_month, following + wanted - 1)


def days_to_spring_festival(day: int) -> int:
    """Days until the nearest Spring Festival; negative after it."""
    return min((festival - day for festival in SPRING_FESTIVALS), key=abs)


def season(day: int) -> float:
    """How much more (or less) people do on this day than on a plain working day."""
    on, ahead = to_date(day), days_to_spring_festival(day)
    if 1 <= ahead <= 12:
        return 1.6
    if -6 <= ahead <= 0:
        return 0.8
    if (on.month, on.day) in {(6, 18), (11, 11), (12, 12)}:
        return 1.8
    return 1.2 if on.weekday() >= 5 else 1.0


def is_month_end(day: int) -> bool:
    return to_date(day + 1).day == 1
