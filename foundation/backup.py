"""A copy of a home's state, whole or not at all: made into a folder of its own, and put back into an empty home.

Belongs here: copying, and telling a whole backup from any other. Not here: what is state (home.py), the lock that keeps runs
away meanwhile and the rebuilding afterwards (orchestration/recovery.py). A list with sizes and digests goes along; it is
written last, and the folder gets its name after that. A backup holds personal data, as raw storage does: only its owner may
look into it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

from foundation.books import damaged_book, explained
from foundation.home import Home
from foundation.progress import Progress

VERSION = 1
LIST = "backup.json"
_CHUNK = 1 << 20
Tell = Callable[[int, int], None]


class BackupError(RuntimeError):
    """A backup cannot be made or used. The message names the folder and the mend."""


@dataclass(frozen=True)
class File:
    """One file of a backup: where it lies under the home and in the backup alike."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Contents:
    """What a backup holds: files, links (path -> target), and the newest finished date."""

    newest: str | None
    listed: tuple[File, ...]
    links: dict[str, str] = field(default_factory=dict)
    version: int = VERSION

    @property
    def files(self) -> int:
        return len(self.listed)

    @property
    def bytes(self) -> int:
        return sum(each.size for each in self.listed)


def copy_out(home: Home, to: Path, tell: Tell) -> Contents:
    """Makes a backup. Needs the home to itself. `tell` gets (bytes more, bytes in all).

    Errors: BackupError, when the folder is there already, lies in the home, or there is nothing to back up; BookError.
    """
    if to.exists():
        raise BackupError(f"{to} is there already: name a folder that is not, so that no backup is ever overwritten")
    if to.is_relative_to(home.root):
        raise BackupError(f"{to} lies in the home that it would keep safe: name a folder elsewhere, best on another disk")
    if not home.control.exists():
        raise BackupError(f"{home.root} has no {home.control.name}: nothing ever ran in it, so there is nothing to back up")
    draft = to.with_name(f".{to.name}.partial")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    files, links = _state(home)
    total = sum(path.stat().st_size for path in files) + sum(path.stat().st_size for path in home.books if path.exists())
    copied: list[File] = []
    for path in files:
        copied.append(_copy(path, draft, path.relative_to(home.root)))
        tell(copied[-1].size, total)
    for book in home.books:
        if book.exists():
            _copy_book(book, draft / book.name)
            copied.append(_described(draft / book.name, book.name))
            tell(copied[-1].size, total)
    newest = Progress(home.control).last_finished("published")
    contents = Contents(str(newest) if newest else None, tuple(copied), links)
    (draft / LIST).write_text(json.dumps(asdict(contents), indent=1), encoding="utf-8")
    os.sync()  # all of it is on the disk before it gets its name
    draft.rename(to)
    return contents


def _state(home: Home) -> tuple[list[Path], dict[str, str]]:
    """The files of the state's folders, without what killed runs left half done; of published/ the standing version."""
    files: list[Path] = []
    for folder in home.state_folders:
        if folder != home.published:
            files += sorted(path for path in folder.rglob("*") if path.is_file() and not _is_hidden(path, folder))
    current = home.published / ".current"
    if not current.exists():
        return files, {}
    files += sorted(path for path in current.resolve().rglob("*") if path.is_file())
    links = [path for path in sorted(home.published.iterdir()) if path.is_symlink() and not path.name.endswith(".draft")]
    return files, {path.relative_to(home.root).as_posix(): str(path.readlink()) for path in links}


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _copy(path: Path, into: Path, relative: Path) -> File:
    """Copies one file and describes what was copied, read once."""
    target, digest, size = into / relative, hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as source, target.open("wb") as sink:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += sink.write(chunk)
    return File(relative.as_posix(), size, digest.hexdigest())


def _described(path: Path, name: str) -> File:
    with path.open("rb") as file:
        return File(name, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _copy_book(book: Path, target: Path) -> None:
    """Copies an SQLite file as it stands, with what is still in its log. Errors: BookError, where it is damaged."""
    try:
        with closing(sqlite3.connect(book)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("pragma journal_mode = delete")
            [(verdict,)] = copy.execute("pragma quick_check(1)").fetchall()
            if verdict != "ok":
                raise damaged_book(book, verdict.strip().splitlines()[-1])
    except sqlite3.Error as error:
        raise explained(book, error) from error


def check_empty(home: Home) -> None:
    """Errors: BackupError, when the home holds anything that a restore would have to mix with or write over."""
    there = [path.name for path in (*home.state_folders, *home.books, *home.derived) if path.exists()]
    if there and not home.restoring.exists():
        raise BackupError(
            f"{home.root} holds {', '.join(there)}: a backup goes into an empty home; move it aside, or name another C360_HOME"
        )


def copy_into(home: Home, folder: Path, tell: Tell) -> Contents:
    """Puts a backup into an empty home, after all of it was copied and found as it was made. Needs the home to itself.

    Killed at any time, it can be called again. The home says that it is not whole until `end_restoring`: what is derived of the
    state has to be built first.
    Errors: BackupError, when the home is not empty, or the folder is no backup, incomplete, damaged or of another version.
    """
    check_empty(home)
    contents = _read_list(folder)
    if home.restoring.exists():  # all that lies here came from an interrupted restore
        for path in (*home.state_folders, *home.books, *_logs_of(home.books), *home.derived):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    shutil.rmtree(home.restoring, ignore_errors=True)
    home.restoring.mkdir(parents=True)
    try:
        _fill(home.restoring, folder, contents, tell)
    except BaseException:
        shutil.rmtree(home.restoring)
        raise
    for path in (*home.state_folders, *home.books):
        if (home.restoring / path.name).exists():
            (home.restoring / path.name).rename(path)
    return contents


def _logs_of(books: Sequence[Path]) -> list[Path]:
    """What a killed command leaves beside SQLite files: beside others they would be taken for those files' own."""
    return [book.with_name(book.name + end) for book in books for end in ("-wal", "-shm")]


def end_restoring(home: Home) -> None:
    """From here on the home is whole, and runs take it."""
    home.restoring.rmdir()


def _fill(draft: Path, folder: Path, contents: Contents, tell: Tell) -> None:
    for listed in contents.listed:
        copied = _copy(folder / listed.path, draft, Path(listed.path))
        if copied != listed:
            raise BackupError(f"{folder / listed.path} is not as it was backed up: take another backup, this one is damaged")
        tell(copied.size, contents.bytes)
    for path, target in contents.links.items():
        (draft / path).parent.mkdir(parents=True, exist_ok=True)
        (draft / path).symlink_to(target)
    os.sync()


def _read_list(folder: Path) -> Contents:
    """Errors: BackupError, when the folder is no whole backup of this version."""
    try:
        told = json.loads((folder / LIST).read_text(encoding="utf-8"))
        version = told["version"]
    except (OSError, ValueError, KeyError, TypeError):
        raise BackupError(
            f"{folder} is no whole backup, for it has no readable {LIST}, which is written last: name one that `make backup` made"
        ) from None
    if version != VERSION:
        raise BackupError(
            f"{folder} is a backup of version {version}, and this is made for {VERSION}: restore it with the code that made it"
        )
    contents = Contents(told["newest"], tuple(File(**each) for each in told["listed"]), told["links"])
    missing = list(_missing(folder, contents))
    if missing:
        raise BackupError(
            f"{folder} is incomplete: {len(missing)} of its {contents.files} files are missing or cut short, e.g. {missing[0]};"
            " take another backup"
        )
    return contents


def _missing(folder: Path, contents: Contents) -> Iterator[str]:
    for listed in contents.listed:
        path = folder / listed.path
        if ".." in PurePosixPath(listed.path).parts or not path.is_file() or path.stat().st_size != listed.size:
            yield listed.path
