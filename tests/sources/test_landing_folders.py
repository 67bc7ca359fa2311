"""What an extraction leaves: a dated folder whole or not at all, and a book that follows it, wherever it is killed."""

from __future__ import annotations

import json
import shutil
import sqlite3

import pytest
from sources_kit import FIRST, FOURTH, PRODUCTS, SECOND, THIRD, Build, Goods, Sourced

from foundation.contract import landing_table
from integrations.sources.file_drop.rest import landing_is_complete
from integrations.sources.file_drop.scan import scan

NUMBERED = {"by": "changed_since", "column": "changed", "type": "number"}


def folders(bank: Sourced) -> list[str]:
    return sorted(path.name for path in bank.place().parent.iterdir())


def forget(bank: Sourced, on: object) -> None:
    """The book as if the process had been killed before it wrote."""
    with sqlite3.connect(bank.home.sources) as book:
        book.execute("delete from extractions where business_date = ?", (str(on),))
    book.close()


def test_a_landed_folder_is_an_ordinary_drop_with_its_manifest(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank()
    goods.add([("A", None, None), ("B", None, None)])
    bank.landed()
    assert folders(bank) == [str(FIRST)]
    is_complete, why = landing_is_complete(bank.home.landing, [landing_table(PRODUCTS)], FIRST, quiet_seconds=1e9, now=0)
    assert is_complete, why
    (result,) = bank.take_in()
    assert (result.error, result.rows_landed, result.rows_accepted) == (None, 2, 2)


def test_bad_rows_land_and_are_quarantined_as_those_of_any_file(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(columns={"product_code": "code", "product_name": "name", "category": "coalesce(changed, 'fund')"})
    goods.add([("A", None, None), (None, None, None), ("C", "furniture", None)])
    assert bank.landed().rows == 3
    (result,) = bank.take_in()
    assert (result.rows_accepted, result.reasons) == (1, {"null_key": 1, "not_allowed": 1})


def test_a_manifest_tells_on_a_file_that_was_changed_later(sqlite_bank: Build, goods: Goods) -> None:
    bank = sqlite_bank()
    goods.add([("A", None, None)])
    bank.landed()
    file = bank.place() / "rows.parquet"
    file.write_bytes(file.read_bytes() + b"x")
    (result,) = bank.take_in()
    assert result.error is not None
    assert "sha256 differs" in result.error or "not a whole Parquet file" in result.error


def test_a_folder_that_is_there_is_left_alone_and_said_so(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank()
    bank.landed()
    goods.add([("A", None, None)])
    (outcome,) = bank.land()
    assert (outcome.state, outcome.told) == ("there", f"{bank.place()} is there and is left alone")
    assert bank.rows() == []


def test_a_folder_that_somebody_dropped_is_left_alone_and_is_not_in_the_book(sqlite_bank: Build) -> None:
    bank = sqlite_bank()
    bank.place().mkdir(parents=True)
    (bank.place() / "dropped.csv").write_text("product_code,product_name,category\nA,a,fund\n")
    (outcome,) = bank.land()
    assert outcome.state == "there"
    assert bank.book.newest(PRODUCTS) is None
    assert [path.name for path in bank.place().iterdir()] == ["dropped.csv"]


@pytest.mark.parametrize("codes", [["A", "B"], []])
def test_an_answer_of_a_steward_is_no_drop_and_stays_whenever_the_source_lands(
    goods: Goods, sqlite_bank: Build, codes: list[str]
) -> None:
    bank = sqlite_bank()
    goods.add([(code, None, None) for code in codes])
    bank.place().mkdir(parents=True)
    answer = bank.place() / "c360-review-1.jsonl"
    answer.write_text('{"product_code": "Z", "product_name": "z", "category": "fund"}\n')
    for again in (False, True):
        assert bank.landed(again=again).rows == len(codes)
        (result,) = bank.take_in()
        assert (result.error, result.rows_accepted) == (None, len(codes) + 1)
    assert answer.name not in bank.manifest()["files"]


def test_again_replaces_a_folder_and_reads_from_where_it_began_the_first_time(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(changes=NUMBERED)
    goods.add([("A", 1, None)])
    bank.landed(FIRST)
    goods.add([("B", 2, None)])
    bank.landed(SECOND)
    goods.add([("C", 3, None)])
    bank.landed(SECOND, again=True)
    assert sorted(bank.rows(on=SECOND)) == ["A", "B", "C"]
    assert folders(bank) == [str(FIRST), str(SECOND)]


def test_an_older_date_is_not_asked_of_a_source_that_gives_what_it_has_now(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(changes=NUMBERED)
    goods.add([("A", 1, None)])
    bank.landed(THIRD)
    (outcome,) = bank.land(SECOND)
    assert (outcome.state, outcome.told) == ("past", f"its source gives what it has now, and {THIRD} was landed from it already")
    assert not bank.place(on=SECOND).exists()
    (outcome,) = bank.land(SECOND, again=True)
    assert outcome.state == "failed"
    assert bank.landed(FOURTH).rows == 1


def test_killed_between_the_folder_and_the_book_the_next_run_mends_the_book(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(changes=NUMBERED)
    goods.add([("A", 1, None), ("B", 2, None)])
    bank.landed(FIRST)
    forget(bank, FIRST)
    (outcome,) = bank.land(FIRST)
    assert outcome.state == "there"
    bank.landed(SECOND)
    assert bank.rows(on=SECOND) == ["B"]


def test_killed_while_it_was_filled_a_folder_is_read_by_nobody_and_begun_again(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank()
    goods.add([("A", None, None)])
    partial = bank.place().with_name(f".{FIRST}.partial")
    partial.mkdir(parents=True)
    (partial / "rows.parquet").write_bytes(b"half")
    (partial / "more.parquet").write_bytes(b"of another attempt")
    assert scan(bank.home.landing, [landing_table(PRODUCTS)], FIRST, FOURTH) == []
    bank.landed()
    assert sorted(path.name for path in bank.place().iterdir()) == ["_manifest.json", "rows.parquet"]
    assert folders(bank) == [str(FIRST)]


def test_killed_in_the_middle_of_replacing_the_old_folder_comes_back(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank()
    goods.add([("A", None, None)])
    bank.landed()
    bank.place().rename(bank.place().with_name(f".{FIRST}.replaced"))
    (outcome,) = bank.land()
    assert outcome.state == "there"
    assert bank.rows() == ["A"]
    # and where the new one had its name already, the old one goes
    shutil.copytree(bank.place(), bank.place().with_name(f".{FIRST}.replaced"))
    bank.land()
    assert folders(bank) == [str(FIRST)]


def test_the_book_lost_all_is_read_again_and_nothing_is_lost(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(changes=NUMBERED)
    goods.add([("A", 1, None), ("B", 2, None)])
    bank.landed(FIRST)
    bank.home.sources.unlink()
    bank.landed(SECOND)
    assert sorted(bank.rows(on=SECOND)) == ["A", "B"]


def test_a_landing_that_cannot_be_written_is_named(sqlite_bank: Build) -> None:
    bank = sqlite_bank()
    bank.home.landing.mkdir()
    (bank.home.landing / "core_banking").write_text("a file where a folder should be")
    (outcome,) = bank.land()
    assert outcome.state == "failed"
    assert str(bank.place()) in outcome.told
    assert "cannot be written" in outcome.told


def test_only_the_tables_asked_for_are_read(sqlite_bank: Build) -> None:
    assert sqlite_bank().land(tables=["core_banking.accounts"]) == []


def test_the_manifest_keeps_what_the_book_would(goods: Goods, sqlite_bank: Build) -> None:
    bank = sqlite_bank(changes=NUMBERED)
    goods.add([("A", 1, None)])
    bank.landed()
    told = json.loads((bank.place() / "_manifest.json").read_text(encoding="utf-8"))
    assert (told["rows"], told["mark"]) == (1, {"kind": "number", "text": "1"})
    newest = bank.book.newest(PRODUCTS)
    assert newest is not None
    assert (newest.on, newest.rows, newest.found_by) == (FIRST, 1, told["found_by"])
