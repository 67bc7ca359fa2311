"""A backup holds what it should, is taken whole or not at all, and goes into an empty home alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from day_kit import Command, copy_of, published_bytes, run
from day_scenes import Lived

from foundation.backup import LIST, BackupError, check_empty, copy_into, copy_out, end_restoring
from foundation.home import Home


def home_at(root: Path) -> Home:
    return Home(root, root / "landing")


def quiet(_more: int, _total: int) -> None:
    pass


def test_everything_in_a_home_is_known_to_be_state_or_derived_or_neither(first_run: Lived) -> None:
    home = home_at(first_run.home)
    known = {
        *home.state_folders,
        *home.books,
        *home.derived,
        home.dagster,
        home.logs,
        home.sandbox,
        home.gates,
        home.lock,
        home.demo,
        home.landing,
    }
    beside = {path.with_name(path.name + end) for path in (*home.books, home.sandbox) for end in ("-wal", "-shm", ".senders")}
    assert set(home.root.iterdir()) - known - beside == set()


@pytest.fixture(scope="module")
def backup(first_run: Lived, tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("backups") / "one"
    copy_out(home_at(first_run.home), to, quiet)
    return to


def test_what_was_backed_up_is_restored_byte_by_byte(first_run: Lived, backup: Path, tmp_path: Path) -> None:
    home = home_at(tmp_path / "home")
    copy_into(home, backup, quiet)
    assert published_bytes(home.root) == published_bytes(first_run.home) != {}


def lose_a_file(folder: Path) -> None:
    next((folder / "raw").rglob("*.parquet")).unlink()


def cut_a_file_short(folder: Path) -> None:
    file = next((folder / "decisions").rglob("*.parquet"))
    file.write_bytes(file.read_bytes()[:-1])


def alter_a_file(folder: Path) -> None:
    file = folder / "ledger.sqlite"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def lose_the_list(folder: Path) -> None:
    (folder / LIST).unlink()


def cut_the_list_short(folder: Path) -> None:
    (folder / LIST).write_bytes((folder / LIST).read_bytes()[:-10])


def come_from_another_version(folder: Path) -> None:
    told = json.loads((folder / LIST).read_text(encoding="utf-8"))
    (folder / LIST).write_text(json.dumps(told | {"version": 2}), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lose_a_file, "is incomplete: 1 of its"),
        (cut_a_file_short, "is incomplete: 1 of its"),
        (alter_a_file, "is not as it was backed up"),
        (lose_the_list, "is no whole backup"),
        (cut_the_list_short, "is no whole backup"),
        (come_from_another_version, "is a backup of version 2, and this is made for 1"),
    ],
)
def test_a_backup_that_is_not_whole_is_refused_and_leaves_the_home_empty(
    backup: Path, tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoilt, home = copy_of(backup, tmp_path / "spoilt"), home_at(tmp_path / "home")
    spoil(spoilt)
    with pytest.raises(BackupError, match=said):
        copy_into(home, spoilt, quiet)
    assert not home.root.exists() or list(home.root.iterdir()) == []


def test_a_home_that_holds_anything_is_refused(backup: Path, tmp_path: Path) -> None:
    home = home_at(tmp_path / "home")
    home.root.mkdir()
    home.control.touch()
    with pytest.raises(BackupError, match=r"holds control\.sqlite: a backup goes into an empty home"):
        copy_into(home, backup, quiet)
    assert [path.name for path in home.root.iterdir()] == ["control.sqlite"]


@pytest.mark.parametrize("placed", [(), ("raw",), ("raw", "quarantine", "decisions", "published", "ledger.sqlite")])
def test_a_restore_that_was_killed_begins_anew(backup: Path, tmp_path: Path, placed: tuple[str, ...]) -> None:
    home = home_at(tmp_path / "home")
    shutil.copytree(backup, home.restoring, symlinks=True)
    for name in placed:
        (home.restoring / name).rename(home.root / name)
    check_empty(home)
    copy_into(home, backup, quiet)
    assert home.restoring.exists(), "what is derived has still to be built"
    end_restoring(home)
    assert {path.name for path in home.root.iterdir()} == {path.name for path in backup.iterdir()} - {LIST}


def test_a_restore_that_was_killed_while_it_built_leaves_a_home_for_restore_alone(
    first_run: Lived, backup: Path, tmp_path: Path
) -> None:
    home = home_at(tmp_path / "home")
    with Command(home.root, "restore", "--from", str(backup)) as command:
        command.until("Restored ")
        command.kill()
    refused = run(home.root, "rebuild")
    assert refused.code == 1
    assert f"a restore into {home.root} was interrupted" in refused.output
    log = home.control.with_name("control.sqlite-wal")
    log.write_bytes(b"of the book that was")
    copy_into(home, backup, quiet)
    assert not log.exists()
    assert published_bytes(home.root) == published_bytes(first_run.home)


def test_a_backup_is_never_written_over_nor_into_the_home_itself(first_run: Lived, tmp_path: Path) -> None:
    home = home_at(first_run.home)
    (tmp_path / "there").mkdir()
    with pytest.raises(BackupError, match="is there already"):
        copy_out(home, tmp_path / "there", quiet)
    with pytest.raises(BackupError, match="lies in the home"):
        copy_out(home, first_run.home / "backup", quiet)
    with pytest.raises(BackupError, match="nothing to back up"):
        copy_out(home_at(tmp_path / "nowhere"), tmp_path / "new", quiet)


def test_what_a_killed_backup_left_gives_way(first_run: Lived, tmp_path: Path) -> None:
    left = tmp_path / ".new.partial"
    (left / "raw").mkdir(parents=True)
    (left / "raw" / "half").touch()
    contents = copy_out(home_at(first_run.home), tmp_path / "new", quiet)
    assert not left.exists()
    assert sum(1 for path in (tmp_path / "new").rglob("*") if path.is_file() and not path.is_symlink()) == contents.files + 1


def test_only_its_owner_may_look_into_a_backup(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
