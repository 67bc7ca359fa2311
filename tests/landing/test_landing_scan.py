"""What counts as landed, when a date's landing is complete, and the register of batches."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date

import pytest

from foundation.contract import OWN_FILES, parse_table
from integrations.sources.file_drop.rest import landing_is_complete, seconds_to_rest, wait_for_rest
from integrations.sources.file_drop.scan import as_they_are, first_landed_on, left_out, scan
from integrations.sources.registry import BatchResult, batches, record

ON = date(2026, 1, 5)
THINGS = parse_table("bank", "things", {"required": True, "key": ["id"], "columns": {"id": "text!"}})
EXTRAS = parse_table("bank", "extras", {"key": ["id"], "columns": {"id": "text!"}})


def _land(landing, table, on, *names, at=1000.0):
    folder = landing / table.source / table.name / on
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text("id\n")
        os.utime(folder / name, (at, at))
    os.utime(folder, (at, at))
    return folder


def test_only_data_files_of_the_dates_asked_for_are_found_in_order(tmp_path):
    _land(tmp_path, THINGS, "2026-01-04", "a.csv")
    _land(tmp_path, THINGS, "2026-01-05", "b.csv", "a.csv", "_manifest.json", ".a.csv", "c.csv.part", "c.csv.tmp")
    _land(tmp_path, THINGS, "2026-01-06")
    _land(tmp_path, THINGS, "2026-01-07", "a.csv")
    _land(tmp_path, THINGS, "20260106", "a.csv")
    found = scan(tmp_path, [THINGS, EXTRAS], ON, date(2026, 1, 6))

    assert [(batch.on, [path.name for path in batch.files]) for batch in found] == [
        (ON, ["a.csv", "b.csv"]),
        (date(2026, 1, 6), []),
    ]


def test_a_table_that_never_landed_has_no_first_date(tmp_path):
    _land(tmp_path, THINGS, "2026-01-06")
    _land(tmp_path, THINGS, "2026-01-04")

    assert first_landed_on(tmp_path, THINGS) == date(2026, 1, 4)
    assert first_landed_on(tmp_path, EXTRAS) is None


@pytest.mark.parametrize(("now", "complete"), [(1059.9, False), (1060.0, True)])
def test_a_landing_without_manifest_is_complete_once_it_is_quiet(tmp_path, now, complete):
    _land(tmp_path, THINGS, "2026-01-05", "a.csv")

    assert landing_is_complete(tmp_path, [THINGS], ON, quiet_seconds=60, now=now)[0] is complete


class Clock:
    """A clock that moves when somebody waits by it."""

    def __init__(self, start):
        self.at, self.pauses = start, []

    def __call__(self):
        return self.at

    def pause(self, seconds):
        self.pauses.append(seconds)
        self.at += seconds


def _rest(landing, clock, patience=600):
    told = []
    batches = scan(landing, [THINGS], ON, ON)
    left = wait_for_rest(batches, quiet_seconds=60, patience_seconds=patience, tell=told.append, now=clock, pause=clock.pause)
    return [str(error) for error in left.values()], clock.pauses, told


@pytest.mark.parametrize(("start", "pauses"), [(1020.0, [40.0]), (1060.0, []), (2000.0, [])])
def test_a_run_waits_until_a_folder_has_been_quiet(tmp_path, start, pauses):
    _land(tmp_path, THINGS, "2026-01-05", "a.csv")

    errors, waited, told = _rest(tmp_path, Clock(start))

    assert (errors, waited, len(told)) == ([], pauses, len(pauses))


def test_a_run_does_not_wait_for_a_folder_with_a_manifest(tmp_path):
    _land(tmp_path, THINGS, "2026-01-05", "a.csv", "_manifest.json")

    assert _rest(tmp_path, Clock(1001.0)) == ([], [], [])


def test_a_folder_that_never_rests_is_refused_when_patience_ends(tmp_path):
    _land(tmp_path, THINGS, "2026-01-05", "a.csv")

    errors, waited, _ = _rest(tmp_path, Clock(1001.0), patience=30)

    assert waited == [30.0]
    assert "is still changing: no _manifest.json names all of it, and it was not quiet for 60 s" in errors[0]


def test_a_manifest_ends_the_wait(tmp_path):
    _land(tmp_path, THINGS, "2026-01-05", "a.csv", "_manifest.json")

    assert landing_is_complete(tmp_path, [THINGS], ON, quiet_seconds=60, now=1000.0)[0]


@pytest.mark.parametrize(
    ("named", "others", "at", "seconds"),
    [
        (["a.csv"], [], 1000.0, 0),
        (["a.csv"], ["b.csv"], 1000.0, 59),  # nobody said that it is whole
        (["a.csv"], ["b.csv"], 900.0, 0),
        (["a.csv"], [f"{OWN_FILES}review-1.jsonl"], 1000.0, 0),
        (["a.csv"], ["b.csv.part"], 1000.0, 0),
        (["a.csv", "c.csv"], [], 1000.0, 59),  # it is still on its way
        ([], [], 1000.0, 0),
    ],
)
def test_a_manifest_ends_the_wait_for_the_files_that_it_names(tmp_path, named, others, at, seconds):
    folder = _land(tmp_path, THINGS, "2026-01-05", *(name for name in named if name == "a.csv"), *others)
    (folder / "_manifest.json").write_text(json.dumps({"files": dict.fromkeys(named, "")}), encoding="utf-8")
    for path in folder.iterdir():
        os.utime(path, (at, at))
    os.utime(folder, (1000.0, 1000.0))

    assert seconds_to_rest(folder, quiet_seconds=60, now=1001.0) == seconds


def test_a_required_table_that_landed_before_is_waited_for_and_others_are_not(tmp_path):
    required = replace(THINGS, name="more")
    _land(tmp_path, THINGS, "2026-01-05")
    _land(tmp_path, EXTRAS, "2026-01-04")
    _land(tmp_path, required, "2026-01-06")
    tables = [THINGS, EXTRAS, required]
    assert landing_is_complete(tmp_path, tables, ON, quiet_seconds=0, now=2000.0)[0]

    _land(tmp_path, required, "2026-01-04")
    assert landing_is_complete(tmp_path, tables, ON, quiet_seconds=0, now=2000.0) == (
        False,
        "bank.more has no folder for 2026-01-05",
    )


def test_where_no_required_table_landed_nothing_is_complete(tmp_path):
    assert not landing_is_complete(tmp_path, [THINGS], ON, quiet_seconds=0, now=2000.0)[0]


def test_what_was_renamed_or_added_while_a_folder_was_waited_for_is_of_it(tmp_path):
    folder = tmp_path / "bank" / "things" / str(ON)
    folder.mkdir(parents=True)
    for name in ("a.csv", "b.csv.part"):
        (folder / name).write_text("id\n", encoding="utf-8")
    listed = scan(tmp_path, [THINGS], ON, ON)
    (folder / "b.csv.part").rename(folder / "b.csv")
    assert [path.name for batch in listed for path in batch.files] == ["a.csv"]
    assert [path.name for batch in as_they_are(listed) for path in batch.files] == ["a.csv", "b.csv"]


def test_a_record_comes_back_as_it_was_and_is_replaced_when_run_again(tmp_path):
    control = tmp_path / "home" / "control.sqlite"
    result = BatchResult("bank", "things", ON, 2, 9, 5, 3, 1, 1, {"bad_key": 3}, ("x",), "id", None)
    failed = BatchResult("bank", "things", date(2026, 1, 6), 1, error="a.csv: wrong; mend it")
    record(control, [result, failed])
    assert batches(control, ON, date(2026, 1, 6)) == [result, failed]
    assert batches(control, ON, ON) == [result]

    mended = replace(result, rows_accepted=6)
    record(control, [mended])
    assert batches(control, ON, ON) == [mended]


def test_a_record_that_cannot_be_kept_leaves_none_of_its_kind(tmp_path):
    control = tmp_path / "control.sqlite"
    with pytest.raises(TypeError):
        record(control, [BatchResult("bank", "things", ON, 0), BatchResult("bank", "extras", ON, 0, reasons={"x": object()})])

    assert batches(control, ON, ON) == []


def test_what_the_contract_does_not_know_is_named_and_what_it_knows_or_is_not_whole_is_not(tmp_path):
    assert left_out(tmp_path / "nothing", [THINGS]) == []
    _land(tmp_path, THINGS, "2026-01-05", "a.csv")
    for name in ("bank/thing/2026-01-05", "bank/Things", "bnak/things", "bank/.hidden", ".hidden/things", "bank/things.part"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "bank" / "extras").write_text("a file in a folder's place")
    (tmp_path / "readme.txt").touch()
    found = [str(path.relative_to(tmp_path)) for path in left_out(tmp_path, [THINGS, EXTRAS])]
    assert found == ["bank/Things", "bank/extras", "bank/thing", "bnak", "readme.txt"]
