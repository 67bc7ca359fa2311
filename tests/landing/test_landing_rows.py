"""Which rows are accepted, superseded or refused, with which reason, and how the counts add up."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from foundation.home import Home

COLUMNS = {"id": "text!", "on": "date!", "kind": "text! [a|b]", "amount": "decimal", "rank": "integer"}
KEY = ["id", "on"]
HEADER = "id,on,kind,amount,rank\n"


@pytest.fixture
def place(bank):
    return bank(COLUMNS, KEY)


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        (",2026-01-01,a,1,1", [("row", "id", "null_key")]),
        ("1,01.01.2026,a,1,1", [("row", "on", "bad_key")]),
        (",x,,1,1", [("row", "id", "null_key"), ("row", "kind", "null_value"), ("row", "on", "bad_key")]),
        ("1,2026-01-01,,x,1", [("row", "kind", "null_value")]),
        ("1,2026-01-01,c,1,1", [("row", "kind", "not_allowed")]),
        ("1,2026-01-01,a,x,y", [("cell", "amount", "bad_type"), ("cell", "rank", "bad_type")]),
        ("1,2026-01-01,a,1", [("row", None, "malformed_row")]),
        ("1,2026-01-01,a,1,1,1", [("row", None, "malformed_row")]),
        ("1,2026-01-01,a,,", []),
    ],
)
def test_each_fault_is_named_once_with_file_and_line(place, line, faults):
    place.land(HEADER + "9,2026-01-01,b,1,1\n" + line + "\n" + "8,2026-01-01,b,1,1\n")
    (result,) = place.take_in()

    assert place.quarantined() == [("a.csv", 3, *fault) for fault in faults]
    refused = any(kind == "row" for kind, _, _ in faults)
    assert [row[0] for row in place.rows("id")] == (["9", "8"] if refused else ["9", "1", "8"])
    assert (result.rows_landed, result.rows_quarantined) == (3, int(refused))
    assert result.cells_quarantined == sum(kind == "cell" for kind, _, _ in faults)
    assert sum(result.reasons.values()) == len(faults)


def test_a_quarantined_row_tells_its_key_where_the_key_can_be_read(place):
    place.land(HEADER + "1,2026-01-01,c,1,1\n2,x,a,1,1\n")
    place.take_in()

    assert place.quarantined("key, raw_value") == [("1:2026-01-01", "c"), (None, "x")]


def test_a_key_that_names_a_person_is_kept_out_of_quarantine_keys(bank):
    place = bank({"id": "text!", "n": "integer"}, ["id"], pii=["id"])
    place.land("id,n\n1,x\n")
    place.take_in()

    assert place.quarantined("key, column_name, reason") == [(None, "n", "bad_type")]


def test_a_removed_row_needs_only_its_key(place):
    place.land(
        "_deleted," + HEADER + "true,1,2026-01-01,,x,y\ntrue,,2026-01-01,,,\nperhaps,2,2026-01-01,a,1,1\n,3,2026-01-01,a,1,1\n"
    )
    place.take_in()

    assert place.rows("id, amount, _deleted") == [("1", None, True), ("3", 1, False)]
    assert place.quarantined() == [("a.csv", 3, "row", "id", "null_key"), ("a.csv", 4, "row", "_deleted", "bad_type")]


def test_columns_are_found_by_name_and_unknown_ones_named_once(place):
    place.land("zeta,kind,on,id,Kind\n1,a,2026-01-01,x,2\n", "a.csv")
    place.land('{"id": "y", "on": "2026-01-01", "kind": "b", "alpha": 1, "zeta": 2}\n', "b.jsonl")
    (result,) = place.take_in()

    assert place.rows("id, kind, amount, _file") == [("x", "a", None, "a.csv"), ("y", "b", None, "b.jsonl")]
    assert result.unknown_columns == ("Kind", "alpha", "zeta")


def test_the_last_in_order_of_file_name_and_line_wins(place):
    place.land(HEADER + "1,2026-01-01,a,3,\n", "b.csv")
    place.land(HEADER + "1,2026-01-01,a,1,\n2,2026-01-01,a,5,\n1,2026-01-01,a,2,\n", "a.csv")
    (result,) = place.take_in()

    assert sorted(place.rows("id, amount, _file")) == [("1", 3, "b.csv"), ("2", 5, "a.csv")]
    assert (result.rows_landed, result.rows_accepted, result.rows_superseded, result.rows_quarantined) == (4, 2, 2, 0)
    assert place.quarantined() == []


def test_data_in_place_of_an_unknown_columns_name_is_not_told(place):
    names = ["balance_20250101", "13800001234", "138-0000-1234", "wang@example.com", "x" * 65, "客户 姓名", ""]
    place.land(json.dumps({"id": "1", "on": "2026-01-01", "kind": "a"} | dict.fromkeys(names, 1)), name="a.jsonl")
    (result,) = place.take_in()

    told = {
        "balance_20250101",
        "(11 characters)",
        "(13 characters)",
        "(16 characters)",
        "(65 characters)",
        "客户 姓名",
        "(0 characters)",
    }
    assert (set(result.unknown_columns), result.rows_accepted) == (told, 1)


def test_a_refused_row_supersedes_nothing(place):
    place.land(HEADER + "1,2026-01-01,a,1,\n1,2026-01-01,zzz,2,\n")
    (result,) = place.take_in()

    assert place.rows("amount") == [(1,)]
    assert result.rows_superseded == 0


def test_the_highest_version_wins_and_a_tie_goes_to_the_later_row(bank):
    place = bank({"id": "text!", "seen": "date", "n": "integer"}, ["id"], version="seen")
    place.land("id,seen,n\n1,2026-01-03,1\n1,2026-01-02,2\n2,2026-01-01,1\n2,2026-01-01,2\n")
    place.take_in()

    assert sorted(place.rows("id, n")) == [("1", 1), ("2", 2)]


@pytest.mark.parametrize("version", ["", "2026-01-01", "2026-01-09"], ids=["no version", "an older one", "a newer one"])
def test_a_removal_removes_what_stands_above_it_whatever_its_version_and_leaves_what_comes_after_it(bank, version):
    place = bank({"id": "text!", "seen": "date", "n": "integer"}, ["id"], version="seen")
    place.land(
        "id,seen,n,_deleted\n1,2026-01-05,1,\n"
        f"1,{version},,true\n2,,,true\n2,{version},,true\n2,2026-01-03,2,\n2,2026-01-02,3,\n3,2026-01-01,4,\n"
    )
    (result,) = place.take_in()

    assert sorted(place.rows("id, _deleted, n")) == [("1", True, None), ("2", False, 2), ("2", True, None), ("3", False, 4)]
    assert (result.rows_landed, result.rows_accepted, result.rows_superseded) == (7, 4, 3)


def test_the_same_key_on_two_dates_is_kept_on_both(place):
    place.land(HEADER + "1,2026-01-01,a,1,\n", on="2026-01-05")
    place.land(HEADER + "1,2026-01-01,a,2,\n", on="2026-01-06")
    first, second = place.take_in()

    assert (first.rows_superseded, second.rows_superseded) == (0, 0)
    assert (place.rows("amount", "2026-01-05"), place.rows("amount", "2026-01-06")) == ([(1,)], [(2,)])


_good = st.tuples(
    st.sampled_from("123"), st.just("2026-01-01"), st.sampled_from("ab"), st.sampled_from(["", "1.5"]), st.text('x",\n é')
)
_bad = st.tuples(st.sampled_from(["", "1"]), st.sampled_from(["", "x"]), st.sampled_from(["", "c"]), st.just("x"), st.just("1"))
_stray = st.sampled_from(["", "a,b", "1,2,3,4,5,6,7", '1,"open,a,1,1', 'x"y",z', "\xff", '"', '",', '","'])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(_good.map(list), _bad.map(list), _stray), max_size=12), st.sampled_from(["\n", "\r\n"]))
@example([["1", "2026-01-01", "a", "", ""], *[["1", "2026-01-01", "a", "", "\né\né\né"]] * 2], "\n")
def test_what_lands_is_accepted_superseded_or_quarantined_and_nothing_else(tmp_path_factory, place, parts, line_end):
    root: Path = tmp_path_factory.mktemp("any")
    place = type(place)(Home(root=root / "home", landing=root / "landing"), place.table)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=line_end)
    for part in parts:
        _ = writer.writerow(part) if isinstance(part, list) else out.write(part + line_end)
    place.land((HEADER.replace("\n", line_end) + out.getvalue()).encode("latin-1"))
    (result,) = place.take_in()

    if result.error:  # so much of the file is in another encoding that it is refused whole, and named
        assert "no UTF-8" in result.error
        assert (result.rows_landed, place.quarantined("line")) == (0, [])
        assert not place.home.raw_batch(place.table.source, place.table.name, result.on).exists()
        return
    assert result.rows_landed == result.rows_accepted + result.rows_superseded + result.rows_quarantined
    assert result.rows_accepted == len(place.rows())
    assert result.rows_quarantined == len({line for line, kind in place.quarantined("line, kind") if kind == "row"})
