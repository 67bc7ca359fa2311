"""What was fetched so far, so that an extraction that was killed goes on where it stopped and ends with the same rows.

Belongs here: the growing file and the note of how far it counts. Not here: what is written (reader.py), the folder's name
(sources/folders.py). The note is replaced whole after each page; what the file holds beyond it is cut off when reading goes on.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from integrations.sources.marks import Mark

FILE = "rows.jsonl"
_NOTE = ".progress.json"


@dataclass(frozen=True)
class Progress:
    """How far it came. `asked`: a fingerprint of what was asked; `began`: when, so that marks are cut at that moment."""

    asked: str
    began: str
    place: str | None = None
    size: int = 0
    rows: int = 0
    last_page: str = ""
    mark_kind: str | None = None
    mark_text: str | None = None
    is_complete: bool = False

    @property
    def began_at(self) -> datetime:
        return datetime.fromisoformat(self.began)

    @property
    def mark(self) -> Mark | None:
        return Mark(self.mark_kind, self.mark_text) if self.mark_kind and self.mark_text else None  # type: ignore[arg-type]


class Unfinished:
    """The rows of one unfinished folder."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self._folder, self.progress = folder, progress
        with (folder / FILE).open("ab") as stream:
            stream.truncate(progress.size)

    @classmethod
    def found(cls, folder: Path, asked: str) -> Unfinished | None:
        """What an earlier extraction left for the same question, or None."""
        try:
            progress = Progress(**json.loads((folder / _NOTE).read_text(encoding="utf-8")))
            if progress.asked != asked or (folder / FILE).stat().st_size < progress.size:
                return None
        except (OSError, ValueError, TypeError):
            return None
        return cls(folder, progress)

    def repeats(self, lines: bytes) -> bool:
        """Whether a page is the same as the one before."""
        return bool(lines) and hashlib.sha256(lines).hexdigest() == self.progress.last_page

    def add(self, lines: bytes, rows: int, *, place: str | None, mark: Mark | None) -> None:
        """Keeps a page and the place of the next; None: there is none."""
        with (self._folder / FILE).open("ab") as stream:
            stream.write(lines)
            stream.flush()
            os.fsync(stream.fileno())
        self.progress = replace(
            self.progress, place=place, size=self.progress.size + len(lines), rows=self.progress.rows + rows,
            last_page=hashlib.sha256(lines).hexdigest(), mark_kind=mark.kind if mark else None,
            mark_text=mark.text if mark else None, is_complete=place is None,
        )  # fmt: skip
        temporary = self._folder / f"{_NOTE}.new"
        temporary.write_text(json.dumps(asdict(self.progress)), encoding="utf-8")
        temporary.replace(self._folder / _NOTE)

    def finish(self) -> None:
        """Takes an empty file away: a folder without files says that nothing changed."""
        if not self.progress.size:
            (self._folder / FILE).unlink()
