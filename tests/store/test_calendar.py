"""The working days that rules count by."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from foundation.settings import SettingsError
from integrations.warehouse.calendar import DAYS_AFTER, DAYS_BEFORE, calendar

FRIDAY = date(2026, 2, 13)  # before a make-up Saturday and the Spring Festival


def worked(country: str = "CN", own: Path | None = None) -> dict[date, bool]:
    return {row[0]: row[1] for row in calendar(FRIDAY, country=country, own=own)}  # type: ignore[misc]


def own_file(folder: Path, text: str) -> Path:
    file = folder / "calendar.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_day_around_the_business_date_stands_once_and_working_days_are_counted_up() -> None:
    rows = calendar(FRIDAY, country="CN", own=None)
    days = [row[0] for row in rows]
    assert days == [FRIDAY + timedelta(days=number) for number in range(-DAYS_BEFORE, DAYS_AFTER + 1)]
    assert [row[2] for row in rows] == [sum(bool(row[1]) for row in rows[: number + 1]) for number in range(len(rows))]


def test_weekends_and_holidays_are_not_worked_and_a_make_up_saturday_is() -> None:
    days = worked()
    assert (days[FRIDAY], days[date(2026, 2, 14)], days[date(2026, 2, 15)]) == (True, True, False)
    assert (days[date(2026, 2, 17)], days[date(2026, 2, 24)], days[date(2026, 3, 7)]) == (False, True, False)
    assert worked("CZ")[date(2026, 2, 17)]


def test_the_banks_own_word_on_a_day_counts_before_the_countrys(tmp_path: Path) -> None:
    days = worked(own=own_file(tmp_path, "\ufeffday,is_working_day,why\n2026-02-14,false,branch closed\n2026-02-17, Yes ,duty\n"))
    assert (days[date(2026, 2, 14)], days[date(2026, 2, 17)], days[date(2026, 2, 16)]) == (False, True, False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("day,worked\n2026-02-14,true\n", "line 1: its first line must be day,is_working_day"),
        ("", "line 1: its first line must be day,is_working_day"),
        ("day,is_working_day\n2026-02-14,true\n14.2.2026,true\n", "line 3: '14.2.2026' is no date; write one such as"),
        ("day,is_working_day\n2026-02-14\n", "line 2: is_working_day is ''; write true or false"),
        ("day,is_working_day\n2026-02-14,true\n2026-02-14,no\n", "line 3: 2026-02-14 stands twice with two answers"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=f"C360_CALENDAR: calendar.csv, {message}"):
        worked(own=own_file(tmp_path, text))


def test_a_missing_file_a_file_of_bytes_and_an_unknown_country_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"C360_CALENDAR: none.csv cannot be read"):
        worked(own=tmp_path / "none.csv")
    tmp_path.joinpath("calendar.csv").write_bytes(b"\xff\xfe\x00day")
    with pytest.raises(SettingsError, match="no CSV file in UTF-8"):
        worked(own=tmp_path / "calendar.csv")
    with pytest.raises(SettingsError, match="C360_CALENDAR_COUNTRY: no public holidays are known of ZZ"):
        worked("ZZ")
