"""Published tables as files and as schema: what is written, what is kept, and what is refused."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from foundation.contract import Published
from integrations.warehouse.connection import WarehouseError
from integrations.warehouse.publish import Content, forget_unpublished, publish_files, publish_schema, unpublished_days

PROFILE = Published("profile", "latest", "one row per customer", ("business_date", "customer_id"), csv=True)
TAGS = Published("tags", "latest", "one row per tag", ("business_date", "tag"))
ENTRIES = Published("entries", "history", "one row per entry", ("business_date", "entry_id"), csv=True)
MONDAY = date(2026, 1, 5)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def profile(on: date, more: str = "") -> Content:
    return Content(PROFILE, f"select date '{on}' as business_date, unnest(['k1', 'k2']) as customer_id{more}")


def tags(on: date) -> Content:
    return Content(TAGS, f"select date '{on}' as business_date, 't' as tag")


def entries(rows: dict[date, list[str]], *, is_frozen: bool = False, more: str = "") -> Content:
    listed = ", ".join(f"(date '{on}', '{entry}')" for on, names in rows.items() for entry in names)
    shape = f"select cast(a as date) as business_date, cast(b as varchar) as entry_id{more}"
    values = f"values {listed}" if listed else "select null, null limit 0"
    return Content(ENTRIES, f"{shape} from ({values}) v(a, b)", is_frozen)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def inodes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in folder.iterdir()}


def read(file: Path, columns: str = "*") -> list[tuple]:
    return duckdb.sql(f"select {columns} from '{file}' order by all").fetchall()


def test_latest_is_one_file_and_history_one_a_date_with_csv_where_promised(connection, tmp_path):
    publish_files(connection, tmp_path, [profile(day(1)), tags(day(1)), entries({day(0): ["e1"], day(1): ["e2", "e3"]})])
    assert names(tmp_path) == [".current", ".versions", "entries", "profile", "tags"]
    assert names(tmp_path / "profile") == ["profile.csv", "profile.parquet"]
    assert names(tmp_path / "tags") == ["tags.parquet"]
    assert names(tmp_path / "entries") == [f"{on}.{kind}" for on in (day(0), day(1)) for kind in ("csv", "parquet")]
    assert read(tmp_path / "profile" / "profile.parquet") == [(day(1), "k1"), (day(1), "k2")]
    assert read(tmp_path / "profile" / "profile.csv") == read(tmp_path / "profile" / "profile.parquet")
    assert read(tmp_path / "entries" / "*.parquet") == [(day(0), "e1"), (day(1), "e2"), (day(1), "e3")]
    assert read(tmp_path / "entries" / "*.csv") == read(tmp_path / "entries" / "*.parquet")


def test_a_folder_moved_elsewhere_still_reads(connection, tmp_path):
    publish_files(connection, tmp_path / "here", [profile(day(0))])
    (tmp_path / "here").rename(tmp_path / "there")
    assert len(read(tmp_path / "there" / "profile" / "profile.parquet")) == 2


def test_what_a_run_published_stays_through_the_next_run_and_no_longer(connection, tmp_path):
    seen = []
    for number in range(3):
        for content in (profile(day(number)), tags(day(number))):  # two versions a run: the day, then its deliveries
            publish_files(connection, tmp_path, [content])
            seen.append((tmp_path / ".current").resolve())
            if number == 1:
                assert [read(version / "profile" / "profile.parquet")[0][0] for version in seen[:2]] == [day(0)] * 2
    assert sorted((tmp_path / ".versions").iterdir()) == seen[2:]
    assert [read(version / "profile" / "profile.parquet")[0][0] for version in seen[2:]] == [day(1)] * 2 + [day(2)] * 2


def test_history_that_did_not_change_is_carried_over_as_hard_links(connection, tmp_path):
    publish_files(connection, tmp_path, [entries({day(0): ["e1"], day(1): ["e2"]})])
    before = inodes(tmp_path / "entries")
    publish_files(connection, tmp_path, [entries({day(0): ["e1"], day(1): ["e2"], day(2): ["e3"]})])
    after = inodes(tmp_path / "entries")
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {f"{day(2)}.csv", f"{day(2)}.parquet"}
    assert (tmp_path / "entries" / f"{day(0)}.parquet").stat().st_nlink == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["e1", "e2"], ["e1", "e3"]),
        (["e1"], ["e1", "e1"]),
        (["e1", "e2"], ["e1"]),
        (["e1", "e1"], ["e2", "e2"]),
    ],
    ids=["another row", "a row twice", "a row fewer", "a pair of equal rows in place of another"],
)
def test_a_date_that_changed_is_written_anew_and_no_other(connection, tmp_path, first, second):
    publish_files(connection, tmp_path, [entries({day(0): ["e0"], day(1): first, day(2): ["e9"]})])
    before = inodes(tmp_path / "entries")
    publish_files(connection, tmp_path, [entries({day(0): ["e0"], day(1): second, day(2): ["e9"]})])
    after = inodes(tmp_path / "entries")
    assert {name for name in after if after[name] != before[name]} == {f"{day(1)}.csv", f"{day(1)}.parquet"}
    assert [row[1] for row in read(tmp_path / "entries" / f"{day(1)}.parquet")] == second
    assert len(read(tmp_path / "entries" / f"{day(1)}.csv")) == len(second)


def test_rows_in_another_order_are_no_change(connection, tmp_path):
    publish_files(connection, tmp_path, [entries({day(0): ["e1", "e2", "e3"]})])
    before = inodes(tmp_path / "entries")
    publish_files(connection, tmp_path, [entries({day(0): ["e3", "e1", "e2"]})])
    assert inodes(tmp_path / "entries") == before


def test_a_date_that_is_no_more_vanishes(connection, tmp_path):
    publish_files(connection, tmp_path, [entries({day(0): ["e1"], day(1): ["e2"]})])
    publish_files(connection, tmp_path, [entries({day(1): ["e2"]})])
    assert names(tmp_path / "entries") == [f"{day(1)}.csv", f"{day(1)}.parquet"]


def test_a_history_without_a_date_yet_is_read_as_no_rows_with_its_columns(connection, tmp_path):
    publish_files(connection, tmp_path, [entries({})])
    assert names(tmp_path / "entries") == ["no_rows.csv", "no_rows.parquet"]
    described = [row[:2] for row in duckdb.sql(f"describe from '{tmp_path / 'entries' / '*.parquet'}'").fetchall()]
    assert described == [("business_date", "DATE"), ("entry_id", "VARCHAR")]
    assert read(tmp_path / "entries" / "*.parquet") == []
    assert (tmp_path / "entries" / "no_rows.csv").read_text() == "business_date,entry_id\n"
    publish_files(connection, tmp_path, [entries({day(0): ["e1"]})])
    assert names(tmp_path / "entries") == [f"{day(0)}.csv", f"{day(0)}.parquet"]
    publish_files(connection, tmp_path, [replace(entries({}), touched=frozenset())])
    assert names(tmp_path / "entries") == ["no_rows.csv", "no_rows.parquet"]


def test_a_new_column_rewrites_every_date(connection, tmp_path):
    publish_files(connection, tmp_path, [entries({day(0): ["e1"], day(1): ["e2"]})])
    publish_files(connection, tmp_path, [entries({day(0): ["e1"], day(1): ["e2"]}, more=", 1 as wave")])
    assert read(tmp_path / "entries" / "*.parquet") == [(day(0), "e1", 1), (day(1), "e2", 1)]


def test_a_frozen_date_that_stands_is_not_even_compared(connection, tmp_path):
    publish_files(connection, tmp_path, [entries({day(0): ["e1"]}, is_frozen=True)])
    before = inodes(tmp_path / "entries")
    publish_files(connection, tmp_path, [entries({day(0): ["changed"], day(1): ["e2"]}, is_frozen=True)])
    assert read(tmp_path / "entries" / "*.parquet") == [(day(0), "e1"), (day(1), "e2")]
    assert {name: inodes(tmp_path / "entries")[name] for name in before} == before


def noted(rows: dict[date, list[str]], touched: set[date | None], more: str = "") -> Content:
    return replace(entries(rows, more=more), touched=frozenset(touched))


def test_where_days_are_noted_these_and_those_that_do_not_stand_are_written_and_no_other_is_read(connection, tmp_path):
    publish_files(connection, tmp_path, [noted({day(0): ["e1"], day(1): ["e2"], day(2): ["e3"]}, {None})])
    before = inodes(tmp_path / "entries")
    now = {day(0): ["unnoticed"], day(1): ["changed"], day(3): ["new"]}
    publish_files(connection, tmp_path, [noted(now, {day(1), day(9)})])
    assert read(tmp_path / "entries" / "*.parquet") == [(day(0), "e1"), (day(1), "changed"), (day(3), "new")]
    assert inodes(tmp_path / "entries")[f"{day(0)}.parquet"] == before[f"{day(0)}.parquet"]
    publish_files(connection, tmp_path, [noted(now, {None})])
    assert read(tmp_path / "entries" / "*.parquet", "entry_id") == [("changed",), ("new",), ("unnoticed",)]
    publish_files(connection, tmp_path, [noted({day(0): ["e1"], day(1): ["e2"]}, set(), more=", 1 as wave")])
    assert read(tmp_path / "entries" / "*.parquet") == [(day(0), "e1", 1), (day(1), "e2", 1)]


def test_noted_days_are_known_until_they_are_forgotten(connection):
    connection.execute("create schema control; create table control.unpublished_days (table_name varchar, business_date date)")
    listed = "insert into control.unpublished_days values ('entries', ?), ('entries', ?), ('entries', null), ('other', ?)"
    connection.execute(listed, [day(0), day(0), day(1)])
    assert unpublished_days(connection, "entries") == {day(0), None}
    forget_unpublished(connection, [entries({})])
    assert unpublished_days(connection, "entries") == {day(0), None}
    forget_unpublished(connection, [noted({}, {day(0), None})])
    assert unpublished_days(connection, "entries") == frozenset()
    assert unpublished_days(connection, "other") == {day(1)}


def test_tables_that_are_not_published_this_time_stay_as_they_were(connection, tmp_path):
    publish_files(connection, tmp_path, [profile(day(0)), entries({day(0): ["e1"]})])
    before = inodes(tmp_path / "profile") | inodes(tmp_path / "entries")
    for number in range(1, 4):
        publish_files(connection, tmp_path, [tags(day(number))])
    assert inodes(tmp_path / "profile") | inodes(tmp_path / "entries") == before
    assert read(tmp_path / "tags" / "tags.parquet") == [(day(3), "t")]


BROKEN = Content(TAGS, "select date '2026-01-05' as business_date, error('killed') as tag")


def test_a_publishing_that_ends_before_the_swap_changes_nothing_and_the_next_one_cleans_up(connection, tmp_path):
    publish_files(connection, tmp_path, [profile(day(0)), tags(day(0))])
    with pytest.raises(duckdb.Error, match="killed"):
        publish_files(connection, tmp_path, [profile(day(1)), BROKEN])
    assert names(tmp_path / ".versions") == ["00000001", "00000002"]
    assert names(tmp_path / ".versions" / "00000002" / "profile") == ["profile.csv", "profile.parquet"]
    assert read(tmp_path / "profile" / "profile.parquet", "distinct business_date") == [(day(0),)]
    publish_files(connection, tmp_path, [profile(day(2)), tags(day(2))])
    assert names(tmp_path / ".versions") == ["00000001", "00000002"]
    assert read(tmp_path / "profile" / "profile.parquet", "distinct business_date") == [(day(2),)]


def test_a_first_publishing_that_ends_before_the_swap_leaves_nothing_to_read(connection, tmp_path):
    with pytest.raises(duckdb.Error, match="killed"):
        publish_files(connection, tmp_path, [profile(day(0)), BROKEN])
    assert names(tmp_path) == [".versions"]
    publish_files(connection, tmp_path, [profile(day(0)), tags(day(0))])
    assert names(tmp_path / ".versions") == ["00000001"]


def test_what_a_kill_after_the_swap_left_undone_is_done_by_the_next(connection, tmp_path):
    publish_files(connection, tmp_path, [profile(day(0)), tags(day(0))])
    (tmp_path / "tags").unlink()
    (tmp_path / ".current.draft").symlink_to("nowhere")
    (tmp_path / ".tags.draft").symlink_to("nowhere")
    publish_files(connection, tmp_path, [profile(day(1)), tags(day(1))])
    assert read(tmp_path / "tags" / "tags.parquet") == [(day(1), "t")]
    assert not os.path.lexists(tmp_path / ".tags.draft")


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("select 1 as business_date", r"profile cannot be published: missing \['customer_id'\], personal data in \[\]"),
        (profile(MONDAY, ", 'x' as mobile, 'y' as id_number").query, r"missing \[\], personal data in \['id_number', 'mobile'\]"),
    ],
    ids=["a promised column is missing", "a column names a person"],
)
def test_what_breaks_the_promise_is_refused_and_the_old_stays(connection, tmp_path, query, complaint):
    publish_files(connection, tmp_path, [profile(day(0))])
    with pytest.raises(WarehouseError, match=complaint):
        publish_files(connection, tmp_path, [Content(PROFILE, query)])
    assert read(tmp_path / "profile" / "profile.parquet", "distinct business_date") == [(day(0),)]


def test_a_table_may_carry_more_than_it_promises(connection, tmp_path):
    publish_files(connection, tmp_path, [profile(day(0), ", 7 as more")])
    assert read(tmp_path / "profile" / "profile.parquet", "distinct more") == [(7,)]


def test_the_schema_shows_the_published_files(connection, tmp_path):
    connection.execute("create schema published; create table published.profile as select 1 as one")  # as homes once held it
    for number, rows in enumerate([{day(0): ["e1"]}, {day(0): ["e1"], day(1): ["e2"]}]):
        contents = [profile(day(number)), entries(rows)]
        publish_files(connection, tmp_path, contents)
        publish_schema(connection, tmp_path, contents)
        assert connection.execute("select distinct business_date from published.profile").fetchall() == [(day(number),)]
        assert len(connection.execute("from published.entries").fetchall()) == number + 1
    kinds = "select table_name, table_type from information_schema.tables where table_schema = 'published' order by 1"
    assert connection.execute(kinds).fetchall() == [("entries", "VIEW"), ("profile", "VIEW")]


def test_the_schema_shows_a_history_without_a_row_with_its_columns(connection, tmp_path):
    publish_files(connection, tmp_path, [entries({})])
    publish_schema(connection, tmp_path, [entries({})])
    result = connection.execute("from published.entries")
    assert ([column[0] for column in result.description], result.fetchall()) == (["business_date", "entry_id"], [])
    publish_files(connection, tmp_path, [entries({day(0): ["e1"]})])
    publish_schema(connection, tmp_path, [entries({day(0): ["e1"]})])
    assert connection.execute("from published.entries").fetchall() == [(day(0), "e1")]
