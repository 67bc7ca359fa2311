"""`make review` as a steward meets it, at a terminal of its own; and as a script calls it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from day_kit import PATIENCE_SECONDS, Done
from steward_kit import FIRST, MORE, PEOPLE, SECOND, WANG, Bank, bank_in
from terminal_kit import all_of, ended, opened_terminal, start

from assets.answering import ReviewError
from integrations.sources.answers import answers_in
from orchestration.side_by_side import require_terminal

# the queue holds three pairs: a slip of the finger, then skipped, then answered twice
KEYS = "maybe\nk\nd\nsame\n"
NAMES = {WANG["full_name"], WANG["id_number"], MORE["mobile"], MORE["email"], MORE["address"], "李大海"}


@dataclass(frozen=True)
class Reviewed:
    """A home after a session at a terminal, and another after one answer by a script."""

    bank: Bank
    session: Done
    scripted: Bank
    script: Done


@pytest.fixture(scope="module")
def reviewed(doubtful: Bank, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reviewed]:
    banks = []
    for name in ("session", "script"):
        folder = tmp_path_factory.mktemp(name)
        shutil.copytree(doubtful.home.root, folder / "home")
        shutil.copytree(doubtful.home.landing, folder / "landing")
        banks.append(bank_in(folder))
    screen, terminal = opened_terminal()
    at_terminal = start(banks[0], "review", "--by", "Li Wei", terminal=terminal)
    os.close(terminal)
    named = ("--source-a", PEOPLE, "--record-a", "bureau:F", "--source-b", PEOPLE, "--record-b", "bureau:E")
    script = start(banks[1], "review", "--by", "Li Wei", "--decision", "same", *named)
    try:
        os.write(screen, KEYS.encode())
        output = all_of(screen)
        session = Done(at_terminal.wait(PATIENCE_SECONDS), output)
        by_script = ended(script)
        yield Reviewed(banks[0], session, banks[1], by_script)
    finally:
        os.close(screen)
        for process in (at_terminal, script):
            process.kill()
            process.wait()


def landed(bank: Bank) -> list[dict[str, str]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in answers_in(bank.folder(SECOND))]


def test_each_pair_is_shown_with_both_records_and_asked_about_until_none_is_left(reviewed: Reviewed) -> None:
    said = reviewed.session
    assert said.code == 0, said.output
    assert [f"{count}" in said.output for count in (3, 2, 1)] == [True] * 3
    assert said.output.count("probability · 概率") == said.output.count("evidence · 依据") == 3
    assert not {name for name in NAMES if name not in said.output}
    assert "Please select one of the available options" in said.output
    assert "Nothing more waits for a steward" in said.output
    assert "2 answer(s) landed, 1 pair(s) skipped" in said.output


def test_the_answers_landed_in_the_order_of_the_queue(reviewed: Reviewed) -> None:
    pairs = reviewed.bank.queue()
    rows = landed(reviewed.bank)
    assert [((row["source_a"], row["record_a"]), (row["source_b"], row["record_b"])) for row in rows] == [
        (pair.one, pair.other) for pair in pairs[1:]
    ]
    assert [(row["decision"], row["decided_by"], row["decided_at"][:10]) for row in rows] == [
        ("different", "Li Wei", str(SECOND)), ("same", "Li Wei", str(SECOND)),
    ]  # fmt: skip


def test_a_script_answers_without_being_asked_or_shown_anybody(reviewed: Reviewed) -> None:
    assert reviewed.script.code == 0, reviewed.script.output
    assert f"same: landed for {SECOND}" in reviewed.script.output.replace("\n", "")
    assert [row["decision"] for row in landed(reviewed.scripted)] == ["same"]
    assert not {name for name in NAMES if name in reviewed.script.output}


def test_nobody_is_shown_where_what_is_printed_would_be_kept() -> None:
    with pytest.raises(ReviewError, match="they name people, so they are shown in a terminal alone; do that"):
        require_terminal("they name people", "do that")


def files_that_name_nobody(bank: Bank) -> list[Path]:
    """Everything the command may have written to: not what landed before, raw storage and the vault."""
    own = [path for path in bank.home.root.rglob("*") if path.is_file() and path.name != "vault.duckdb"]
    return [path for path in own if path.relative_to(bank.home.root).parts[0] != "raw"] + answers_in(bank.folder(SECOND))


def test_personal_data_went_to_the_terminal_alone(reviewed: Reviewed) -> None:
    files = files_that_name_nobody(reviewed.bank)
    assert {"warehouse.duckdb", "event_log.db", "control.sqlite"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        assert not [name for name in NAMES if name.encode() in content], path
    seen = next(reviewed.bank.home.landing.rglob(f"{FIRST}/C1.jsonl")).read_bytes()
    assert [name for name in NAMES if name.encode() in seen]
