"""Which rows of a database an extraction brings: everything, those changed since, those of the dates not yet landed."""

from __future__ import annotations

from datetime import date

import pytest
from sources_kit import FIRST, FOURTH, PRODUCTS, SECOND, THIRD, Build, Goods

SINCE = {"by": "changed_since", "column": "changed", "type": "text"}
NUMBERED = {"by": "changed_since", "column": "changed", "type": "number"}
DATED = {"by": "business_date", "column": "dated"}


def test_a_full_extract_brings_everything_every_time(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank()
    goods.add([("A", None, None), ("B", None, None)])
    assert bank.landed(FIRST).rows == 2
    assert bank.landed(SECOND).rows == 2
    assert sorted(bank.rows(on=SECOND)) == ["A", "B"]


def test_the_first_brings_all_and_the_next_what_is_not_below_the_highest_mark(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(changes=SINCE)
    goods.add([("A", "2026-02-01", None), ("B", "2026-02-03", None), ("C", "2026-02-03", None)])
    assert bank.landed(FIRST).rows == 3
    goods.add([("D", "2026-02-02", None), ("E", "2026-02-03", None), ("F", "2026-02-04", None)])
    bank.landed(SECOND)
    assert sorted(bank.rows(on=SECOND)) == ["B", "C", "E", "F"]
    bank.landed(THIRD)
    assert bank.rows(on=THIRD) == ["F"]


def test_an_overlap_reads_again_what_lies_so_far_below_the_mark(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(changes=NUMBERED | {"overlap": 5})
    goods.add([("A", 94, None), ("B", 95, None), ("C", 100, None)])
    bank.landed(FIRST)
    bank.landed(SECOND)
    assert sorted(bank.rows(on=SECOND)) == ["B", "C"]


def test_a_row_without_a_mark_comes_every_time(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(changes=NUMBERED)
    goods.add([("A", None, None), ("B", 1, None), ("C", 2, None)])
    bank.landed(FIRST)
    bank.landed(SECOND)
    assert sorted(bank.rows(on=SECOND)) == ["A", "C"]


def test_a_date_without_changes_keeps_the_mark_and_lands_an_empty_folder(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(changes=SINCE)
    goods.add([("N", "2026-02-01", None)])
    bank.landed(FIRST)
    goods.execute("delete from goods")
    assert bank.landed(SECOND).rows == 0
    assert bank.manifest(on=SECOND)["files"] == {}
    goods.add([("O", "2026-01-31", None), ("P", "2026-02-01", None)])
    bank.landed(THIRD)
    assert bank.rows(on=THIRD) == ["P"]
    results = bank.take_in()
    assert [(result.on, result.rows_accepted, result.error) for result in results] == [
        (FIRST, 1, None), (SECOND, 0, None), (THIRD, 1, None),
    ]  # fmt: skip


def test_a_mark_kept_for_another_column_means_nothing_and_all_is_read_again(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(changes=SINCE)
    goods.add([("A", "2026-02-01", 5), ("B", "2026-02-02", 6)])
    bank.landed(FIRST)
    bank.tables[0]["changes"] = {"by": "changed_since", "column": "dated", "type": "number"}
    assert bank.landed(SECOND).rows == 2
    assert bank.landed(THIRD).rows == 1


def test_business_dates_bring_the_history_first_and_then_each_date_not_yet_landed(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(changes=DATED)
    goods.add([(str(on), None, str(on)) for on in (date(2026, 2, 1), FIRST, SECOND, THIRD, FOURTH)])
    bank.landed(FIRST)
    assert sorted(bank.rows(on=FIRST)) == ["2026-02-01", "2026-03-01"]
    bank.landed(THIRD)
    assert sorted(bank.rows(on=THIRD)) == ["2026-03-02", "2026-03-03"]
    bank.landed(SECOND)  # of its own date a source still has everything
    assert bank.rows(on=SECOND) == ["2026-03-02"]


def test_an_overlap_of_business_dates_brings_what_was_entered_late(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(changes=DATED | {"overlap": 1})
    goods.add([("A", None, "2026-02-28"), ("B", None, str(FIRST))])
    bank.landed(FIRST)
    goods.add([("late", None, str(FIRST)), ("too late", None, "2026-02-28"), ("C", None, str(SECOND)), ("undated", None, None)])
    bank.landed(SECOND)
    assert sorted(bank.rows(on=SECOND)) == ["B", "C", "late", "undated"]


def test_a_query_may_ask_for_the_business_date_itself(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(**{"from": None}, query="select * from goods where dated = :business_date;")
    goods.add([("A", None, str(FIRST)), ("B", None, str(SECOND))])
    bank.landed(FIRST)
    bank.landed(SECOND)
    assert (bank.rows(on=FIRST), bank.rows(on=SECOND)) == (["A"], ["B"])


def test_the_order_asked_for_is_the_order_that_lands(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(order_by="changed desc")
    goods.add([("A", 1, None), ("B", 3, None), ("C", 2, None)])
    bank.landed()
    assert bank.rows() == ["B", "C", "A"]


@pytest.mark.parametrize(("bounds", "why"), [({"min_rows": 4}, "at least 4"), ({"max_rows": 2}, "more than 2")])
def test_too_few_and_too_many_rows_land_nothing(goods: Goods, sqlite_bank: Build, bounds: dict[str, int], why: str) -> None:
    goods.add([("A", None, None), ("B", None, None), ("C", None, None)])
    bank = sqlite_bank(**bounds)
    assert why in bank.failure()
    assert bank.book.newest(PRODUCTS) is None


def test_as_many_rows_as_are_allowed_land(goods: Goods, sqlite_bank: Build) -> None:
    goods.add([("A", None, None), ("B", None, None), ("C", None, None)])
    assert sqlite_bank(min_rows=3, max_rows=3, chunk_rows=2).landed().rows == 3


def test_marks_that_are_not_of_the_named_type_are_refused(goods: Goods, sqlite_bank: Build) -> None:
    goods.add([("A", "next week", None)])
    told = sqlite_bank(changes=NUMBERED).failure()
    assert "nothing of type number" in told
    assert "next week" not in told
