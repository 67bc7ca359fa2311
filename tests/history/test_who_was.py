"""What a customer was on a day: replayed from published logs, at every boundary of dates and ids."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from day_kit import run

from assets.who_was import WhoWas, WhoWasError, who_was
from foundation.home import Home
from foundation.progress import Progress

FIRST, SECOND, THIRD, LAST = (date(2025, 1, day) for day in (2, 3, 6, 31))
DIMENSIONS = ("value_tier", "lifecycle_stage", "micro_segment")
# k1 rises on the third date; k2 is merged into k1 on it; k3 comes on it; k4 is gone on it. k5 is merged into k1 on the second,
# parted from it on the third and gone on the last
SEGMENTS = [
    *[(FIRST, customer, dimension, None, code) for customer in ("k1", "k2", "k4")
      for dimension, code in zip(DIMENSIONS, ("mass", "mature", "rest"), strict=True)],
    (THIRD, "k1", "value_tier", "mass", "wealth"),
    *[(THIRD, gone, dimension, code, None) for gone in ("k2", "k4")
      for dimension, code in zip(DIMENSIONS, ("mass", "mature", "rest"), strict=True)],
    *[(on, "k5", "value_tier", before, after)
      for on, before, after in ((FIRST, None, "mass"), (SECOND, "mass", None), (THIRD, None, "mass"), (LAST, "mass", None))],
    *[(THIRD, "k3", dimension, None, code) for dimension, code in zip(DIMENSIONS, ("mass", "acquired", "rest"), strict=True)],
]  # fmt: skip
TAGS = [
    (FIRST, "k1", "youth", "entered"), (FIRST, "k1", "praises", "entered"), (SECOND, "k1", "praises", "left"),
    (THIRD, "k1", "praises", "entered"), (THIRD, "k1", "youth", "left"), (FIRST, "k2", "youth", "entered"),
    (THIRD, "k2", "youth", "left"),
]  # fmt: skip
NAMES = [("value_tier", "mass", "Mass", "大众"), ("value_tier", "wealth", "Wealth", "财富")]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Four dates, the second and the last without a change of segments."""
    made = Home(root=tmp_path_factory.mktemp("home"), landing=Path("nowhere"))
    with duckdb.connect() as connection:
        connection.execute("create table segment_changes (business_date date, customer_id varchar, dimension varchar,"
                           " from_value varchar, to_value varchar)")  # fmt: skip
        connection.execute("create table tag_changes (business_date date, customer_id varchar, tag_code varchar, change varchar)")
        connection.execute("create table identity_changes (business_date date, change varchar, from_customer_id varchar,"
                           " to_customer_id varchar)")  # fmt: skip
        connection.execute("create table segment_names (dimension varchar, code varchar, name_en varchar, name_zh varchar)")
        connection.execute("create table tag_catalogue (tag_code varchar, name_en varchar, name_zh varchar)")
        connection.executemany("insert into segment_changes values (?, ?, ?, ?, ?)", SEGMENTS)
        connection.executemany("insert into tag_changes values (?, ?, ?, ?)", TAGS)
        connection.executemany("insert into segment_names values (?, ?, ?, ?)", NAMES)
        connection.execute(
            "insert into identity_changes values (?, 'merge', 'k2', 'k1'), (?, 'merge', 'k5', 'k1')", [THIRD, SECOND]
        )
        connection.execute("insert into tag_catalogue values ('youth', 'Youth', '青年客户'), ('praises', 'Praises', '表扬')")
        for log in ("segment_changes", "tag_changes", "identity_changes"):
            for (on,) in connection.execute(f"select distinct business_date from {log}").fetchall():
                _write(connection, made, log, str(on), f"where business_date = date '{on}'")
        for table in ("segment_names", "tag_catalogue"):
            _write(connection, made, table, table, "")
    for on in (FIRST, SECOND, THIRD, LAST):
        Progress(made.control).finish("marts", on)
    Progress(made.control).finish("marts", date(2025, 2, 28))  # its run is not published yet
    Progress(made.control).finish("published", LAST)
    return made


def _write(connection: duckdb.DuckDBPyConnection, home: Home, table: str, file: str, where: str) -> None:
    folder = home.published / table
    folder.mkdir(parents=True, exist_ok=True)
    connection.execute(f"copy (from {table} {where}) to '{folder / file}.parquet' (format parquet)")


def placed(answer: WhoWas) -> dict[str, tuple[str, str]]:
    return {dimension: (code, since) for dimension, code, _, since in answer.answers[0].rows}


def tagged(answer: WhoWas) -> dict[str, str]:
    return {tag: since for tag, _, since in answer.answers[1].rows}


def test_a_processed_date_answers_for_itself(home: Home) -> None:
    found = who_was(home, "k1", FIRST)
    assert found.said == []
    assert placed(found) == dict(zip(DIMENSIONS, [(code, str(FIRST)) for code in ("mass", "mature", "rest")], strict=True))
    assert tagged(found) == {"youth": str(FIRST), "praises": str(FIRST)}
    assert [title.title_en for title in found.answers] == [f"k1 on {FIRST}", "2 tags"]
    assert [row[2] for row in found.answers[0].rows] == ["Mass · 大众", "", ""]


def test_a_change_counts_from_its_own_date_on(home: Home) -> None:
    assert tagged(who_was(home, "k1", SECOND)) == {"youth": str(FIRST)}
    found = who_was(home, "k1", THIRD)
    assert placed(found)["value_tier"] == ("wealth", str(THIRD))
    assert placed(found)["lifecycle_stage"] == ("mature", str(FIRST))
    assert tagged(found) == {"praises": str(THIRD)}
    assert placed(who_was(home, "k1", LAST)) == placed(found)


@pytest.mark.parametrize(("on", "as_of"), [(date(2025, 1, 4), SECOND), (date(2025, 1, 5), SECOND), (date(2025, 1, 30), THIRD)])
def test_a_day_between_two_processed_dates_answers_as_of_the_one_before_and_says_so(home: Home, on: date, as_of: date) -> None:
    found, exact = who_was(home, "k1", on), who_was(home, "k1", as_of)
    assert found.answers == exact.answers
    assert found.said == [f"{on} was not processed itself: this is the answer of {as_of}, the processed date before"]


@pytest.mark.parametrize(
    ("customer", "on", "told"),
    [
        ("k1", date(2025, 1, 1), f"2025-01-01 was never processed: the first date that was is {FIRST}"),
        ("k1", date(2025, 2, 1), f"2025-02-01 was not processed yet: the last date that was is {LAST}"),
        ("k9", THIRD, "no customer k9 is known"),
        ("k3", SECOND, f"k3 was no customer on {SECOND} yet: the first processed date with this id is {THIRD}"),
        ("k4", LAST, f"k4 was no customer on {LAST} any more: the id is gone since {THIRD}"),
    ],
)
def test_a_day_or_a_customer_that_nothing_is_known_of_is_said_to_be(home: Home, customer: str, on: date, told: str) -> None:
    with pytest.raises(WhoWasError, match=told):
        who_was(home, customer, on)


def test_a_merge_that_was_undone_is_followed_while_it_stood_and_never_again(home: Home) -> None:
    assert placed(who_was(home, "k5", SECOND)) == placed(who_was(home, "k1", SECOND))
    assert who_was(home, "k5", THIRD).said == []
    with pytest.raises(WhoWasError, match=f"k5 was no customer on {LAST} any more: the id is gone since {LAST}"):
        who_was(home, "k5", LAST)


def test_an_id_that_was_merged_answers_under_the_new_one_from_then_on(home: Home) -> None:
    assert tagged(who_was(home, "k2", SECOND)) == {"youth": str(FIRST)}
    found = who_was(home, "k2", THIRD)
    assert found.said == [f"k2 was merged into k1 on {THIRD}: this is the answer for k1"]
    assert found.answers == who_was(home, "k1", THIRD).answers
    assert who_was(home, "k2", date(2025, 1, 30)).said[1:] == found.said


def test_a_home_without_anything_published_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(WhoWasError, match="nothing was published yet"):
        who_was(Home(root=tmp_path, landing=tmp_path), "k1", FIRST)


def test_the_command_prints_the_answer(home: Home) -> None:
    done = run(home.root, "who-was", "--customer", "k2", "--date", "2025-01-07")
    assert done.code == 0, done.output
    assert all(said in done.output for said in ("2025-01-07 was not processed itself", "Wealth · 财富", "praises"))
