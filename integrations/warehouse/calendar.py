"""Which days the bank works: its country's weekends, public holidays and make-up days, with the bank's own word last.

Belongs here: days and whether they are worked. Not here: the table that rules read (control.py), the rules (dbt_project/).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from foundation.settings import PREFIX, SettingsError

if TYPE_CHECKING:
    from holidays import HolidayBase

DAYS_BEFORE, DAYS_AFTER = 500, 60
COLUMNS = ("day", "is_working_day")
_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@cache
def _country(code: str) -> HolidayBase:
    import holidays  # 0.2 s: paid by the step that needs it

    try:
        return holidays.country_holidays(code)
    except NotImplementedError:
        raise SettingsError(
            f"{PREFIX}CALENDAR_COUNTRY: no public holidays are known of {code}; write a code such as CN"
        ) from None


def _override(row: dict[str, str | None]) -> tuple[date, bool]:
    """One line of the bank's own file. Errors: ValueError, saying what is wrong with it and how it is mended."""
    day, word = ((row[name] or "").strip() for name in COLUMNS)
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise ValueError(f"{day!r} is no date; write one such as 2026-02-14") from None
    if word.lower() not in _WORDS:
        raise ValueError(f"is_working_day is {word!r}; write true or false")
    return on, _WORDS[word.lower()]


def overrides(path: Path) -> dict[date, bool]:
    """The days that the bank itself decides. Errors: SettingsError, naming the file's line and the mend."""
    where, found = f"{PREFIX}CALENDAR: {path.name}", dict[date, bool]()
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.DictReader(lines)
            if not set(COLUMNS) <= set(rows.fieldnames or ()):
                raise SettingsError(f"{where}, line 1: its first line must be {','.join(COLUMNS)}")
            for row in rows:
                try:
                    on, is_working = _override(row)
                except ValueError as fault:
                    raise SettingsError(f"{where}, line {rows.line_num}: {fault}") from None
                if found.setdefault(on, is_working) != is_working:
                    raise SettingsError(f"{where}, line {rows.line_num}: {on} stands twice with two answers; leave one")
    except OSError as error:
        raise SettingsError(f"{where} cannot be read ({error.strerror}); name a file that can, or unset it") from None
    except (UnicodeDecodeError, csv.Error):
        raise SettingsError(f"{where} is no CSV file in UTF-8; save it as one") from None
    return found


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def calendar(as_of: date, *, country: str, own: Path | None) -> list[list[object]]:
    """Every day around a business date: the day, whether it is worked, and how many worked days there were up to it.

    Errors: SettingsError, where the country or the bank's own file cannot be used.
    """
    of_country, decided = _country(country), overrides(own) if own else {}
    rows, worked = list[list[object]](), 0
    for on in _days(as_of - timedelta(days=DAYS_BEFORE), as_of + timedelta(days=DAYS_AFTER)):
        is_working = decided.get(on, of_country.is_working_day(on))
        worked += is_working
        rows.append([on, is_working, worked])
    return rows
