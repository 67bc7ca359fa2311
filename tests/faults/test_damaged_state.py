"""State that is damaged or not whole is never worked on: the command says which file it is, and that a backup gives it back."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from day_kit import materialize
from fault_kit import FIRST, NEXT, play

from foundation.backup import copy_out
from foundation.books import BookError, opened
from foundation.home import Home
from foundation.progress import Progress
from integrations.delivery.ledger import Ledger
from integrations.delivery.records import LedgerError

SAID = r"is damaged \(.*\); it is state: move the home aside and `make restore` your last backup"


def garbage(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"no database, but long enough to be looked at as one " * 100)
    return path


def spoilt_in_its_midst(path: Path) -> Path:
    with opened(path, "create table if not exists t (a text)") as book:
        book.executemany("insert into t values (?)", [("x" * 500,)] * 500)
    with sqlite3.connect(path) as book:
        book.execute("pragma wal_checkpoint(truncate)")
    book.close()
    content = path.read_bytes()
    path.write_bytes(content[:6000] + b"\xa5" * (len(content) - 12000) + content[-6000:])
    return path


def test_a_book_that_is_no_database_is_said_to_be_damaged_with_its_mend(tmp_path: Path) -> None:
    with pytest.raises(BookError, match=SAID):
        Progress(garbage(tmp_path / "control.sqlite")).last_finished("day")


def test_so_is_one_that_is_damaged_in_its_midst(tmp_path: Path) -> None:
    path = spoilt_in_its_midst(tmp_path / "control.sqlite")
    with pytest.raises(BookError, match=SAID), opened(path, "") as book:
        book.execute("select sum(length(a)) from t").fetchall()


def test_so_is_the_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=SAID):
        Ledger(garbage(tmp_path / "ledger.sqlite"))


def test_a_damaged_book_is_not_backed_up(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", tmp_path / "landing")
    Progress(home.control).finish("day", NEXT)
    spoilt_in_its_midst(home.ledger)
    with pytest.raises(BookError, match=SAID):
        copy_out(home, tmp_path / "backup", lambda _more, _total: None)
    assert not (tmp_path / "backup").exists()


def test_a_command_on_a_damaged_book_stops_with_that_sentence(tmp_path: Path) -> None:
    home = tmp_path / "home"
    garbage(home / "control.sqlite")
    done = play(home, "rebuild")
    assert done.code == 1
    assert "Stopped. " in done.output
    assert "it is state: move the home aside" in done.output
    assert "Traceback" not in done.output


def test_a_home_whose_restore_was_killed_is_refused_until_it_is_restored(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".restoring").mkdir(parents=True)
    done = play(home, *materialize(FIRST, FIRST))
    assert done.code == 1
    assert f"a restore into {home} was interrupted" in done.output
    assert "✓" not in done.output
    shutil.rmtree(home / ".restoring")
    assert "was interrupted" not in play(home, "rebuild").output
