"""Drops are messy in every way that the contract allows, and say no less for it."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import date, timedelta

import pyarrow as pa
import pytest
from demo_bank_files import FIRST, LAST, Bank, Line

from demo.carried import _as_known_before
from foundation.contract import landing_table

HAPPENED = {"core_banking.transactions": "posted_at", "app.events": "occurred_at", "call_centre.contacts": "started_at"}
QUIRKS = {
    "json_lines", "packed", "byte_order_mark", "crlf", "mixed_line_ends", "blank_line_at_end", "split", "quoted_text",
    "double_rows", "deleted_column", "unknown_column", "column_order", "manifest", "empty_folder", "nothing_but_faults",
    "late_rows", "again_rows", "older_rows", "removed_rows", "absent",
}  # fmt: skip


def quirky(bank: Bank, quirk: str) -> list[dict[str, object]]:
    found = [row for row in bank.truth("landing_quirks") if row["quirk"] == quirk]
    assert found, quirk
    return found


def data(bank: Bank, row: dict[str, object]) -> bytes:
    return bank.landing.joinpath(*map(str, (row["source"], row["table_name"], row["business_date"], row["file"]))).read_bytes()


def lines(bank: Bank, row: dict[str, object]) -> list[Line]:
    full_name = f"{row['source']}.{row['table_name']}"
    return [line for line in bank.lines(full_name, str(row["business_date"])) if line.file.name == row["file"]]


def test_five_weeks_hold_every_quirk(bank: Bank) -> None:
    assert {row["quirk"] for row in bank.truth("landing_quirks")} == QUIRKS


def test_marks_line_ends_and_blank_lines_stand_where_the_truth_says(bank: Bank) -> None:
    assert all(data(bank, row).startswith(b"\xef\xbb\xbf") for row in quirky(bank, "byte_order_mark"))
    assert all(data(bank, row).count(b"\r\n") > 0 for row in quirky(bank, "crlf"))
    mixed = [data(bank, row) for row in quirky(bank, "mixed_line_ends") if int(str(row["rows"])) > 3]
    assert mixed
    assert all(0 < text.count(b"\r\n") < text.count(b"\n") for text in mixed)
    assert all(data(bank, row).endswith(b"\n\n") for row in quirky(bank, "blank_line_at_end"))


def test_columns_stand_in_another_order_or_are_unknown_where_the_truth_says(bank: Bank) -> None:
    for row in quirky(bank, "unknown_column"):
        assert any("export_batch" in line.columns for line in lines(bank, row))
    for row in quirky(bank, "column_order"):
        columns = [column.name for column in landing_table(f"{row['source']}.{row['table_name']}").columns]
        usual = [*columns, "_deleted", "export_batch"]
        whole = [line.columns for line in lines(bank, row) if line.columns]  # a file may hold broken lines alone
        assert not whole or any(names != sorted(names, key=usual.index) for names in whole), row


def test_text_holds_commas_quotes_and_line_ends(bank: Bank) -> None:
    said = {str(line.get("transcript")) for line in bank.good("call_centre.contacts")}
    said |= {str(line.get("description")) for line in bank.good("core_banking.transactions")}
    assert all(any(character in text for text in said) for character in ',"\n')


def test_manifests_tell_the_rows_and_the_hashes_of_their_folder(bank: Bank) -> None:
    for row in quirky(bank, "manifest"):
        folder = bank.landing.joinpath(*map(str, (row["source"], row["table_name"], row["business_date"])))
        manifest = json.loads((folder / "_manifest.json").read_text(encoding="utf-8"))
        assert manifest["files"] == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("[!_]*")}, (
            folder
        )
        assert manifest["rows"] == len(bank.lines(f"{row['source']}.{row['table_name']}", str(row["business_date"])))


def test_late_rows_land_within_a_week_and_none_is_lost_or_told_before_it_happened(bank: Bank) -> None:
    for name, column in HAPPENED.items():
        lags: dict[int, int] = defaultdict(int)
        for line in bank.good(name):
            landed = date.fromisoformat(line.file.parent.name)
            if landed > FIRST:
                lags[(landed - date.fromisoformat(str(line.get(column))[:10])).days] += 1
        late = sum(count for lag, count in lags.items() if lag)
        assert set(lags) <= set(range(8)), name
        assert 0 < late < sum(lags.values()) * 0.1, name
    later = [line for line in bank.happened("app.events") if line.file.suffix == ".arrow"]
    assert {line.file.parent.name > str(LAST) for line in later} == {True}


def test_a_row_that_lands_again_says_the_same(bank: Bank) -> None:
    told: dict[str, set[tuple[str | None, ...]]] = defaultdict(set)
    columns = [column.name for column in landing_table("core_banking.transactions").columns]
    refused = bank.planted("core_banking.transactions")
    times: dict[str, set[str]] = defaultdict(set)
    for line in bank.lines("core_banking.transactions"):
        if (line.file.parent.name, line.file.name, line.number) not in refused and "again" not in line.file.name:
            told[str(line.get("transaction_id"))].add(tuple(map(line.get, columns)))
    again = [line for line in bank.lines("core_banking.transactions") if line.file.name.startswith("again.")]
    assert again
    for line in again:
        assert tuple(map(line.get, columns)) in told[str(line.get("transaction_id"))]
        times[str(line.get("transaction_id"))].add(line.file.parent.name)


def test_removals_name_what_landed_before(bank: Bank) -> None:
    for row in quirky(bank, "removed_rows"):
        name, on = f"{row['source']}.{row['table_name']}", str(row["business_date"])
        key = landing_table(name).key
        known = {tuple(map(line.get, key)) for line in bank.good(name) if line.file.parent.name < on}
        removed = [line for line in bank.lines(name, on) if line.is_removal]
        assert removed
        assert all(tuple(map(line.get, key)) in known for line in removed)


def test_what_was_known_before_is_older_and_says_less() -> None:
    people, consents = landing_table("third_party.people"), landing_table("engagement.consents")
    row = {"provider": "a", "record_id": "1", "full_name": "x", "observed_on": FIRST}
    before = _as_known_before(people, pa.table({name: pa.array([value]) for name, value in row.items()}))
    assert before.to_pylist() == [{**row, "full_name": None, "observed_on": FIRST - timedelta(days=30)}]
    answer = {"is_granted": pa.array([True]), "changed_at": pa.array([86_400 * 40]).cast(pa.timestamp("s"))}
    [older] = _as_known_before(consents, pa.table(answer)).to_pylist()
    assert older["is_granted"] is False
    assert older["changed_at"].timetuple()[:3] == (1970, 1, 11)


def test_a_source_that_stays_away_comes_the_next_day(bank: Bank) -> None:
    for row in quirky(bank, "absent"):
        name, on = f"{row['source']}.{row['table_name']}", date.fromisoformat(str(row["business_date"]))
        landed = [line for line in bank.good(name) if line.file.parent.name == str(on)]
        assert all(str(line.get("occurred_at"))[:10] < str(on) for line in landed)
        if on < LAST:
            following = bank.lines(name, str(on + timedelta(days=1)))
            assert sum(str(line.get("occurred_at"))[:10] == str(on) for line in following) >= int(str(row["rows"]))


@pytest.mark.parametrize("quirk", ["double_rows", "split", "json_lines", "packed", "deleted_column"])
def test_the_other_quirks_have_the_rows_the_truth_counts(bank: Bank, quirk: str) -> None:
    assert all(int(str(row["rows"])) >= 1 for row in quirky(bank, quirk))
