"""The dated folder that an extraction lands: filled under a name that nobody reads, then renamed, whole or not at all.

Belongs here: names, manifest and renaming. Not here: what is written into it (sql/, rest/). The manifest also says how far
the extraction had read, so that a process killed before it could write that into the book loses nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from foundation.contract import Table
from integrations.sources.answers import answers_in, has_answers_alone, keep_answers
from integrations.sources.book import Extraction
from integrations.sources.file_drop.manifest import MANIFEST
from integrations.sources.marks import Mark


@dataclass(frozen=True)
class DatedFolder:
    """One table's folder of one date, before and after it is finished."""

    landing: Path
    table: Table
    on: date

    @property
    def final(self) -> Path:
        return self.landing / self.table.source / self.table.name / str(self.on)

    @property
    def partial(self) -> Path:
        return self.final.with_name(f".{self.on}.partial")

    @property
    def _replaced(self) -> Path:
        return self.final.with_name(f".{self.on}.replaced")

    @property
    def is_landed(self) -> bool:
        """Whether somebody dropped it; a steward's answers alone are no drop."""
        return self.final.exists() and not has_answers_alone(self.final)

    def recover(self) -> None:
        """Puts back what a replacing that was killed halfway had set aside."""
        if self._replaced.is_dir() and not self.final.exists():
            self._replaced.rename(self.final)
        shutil.rmtree(self._replaced, ignore_errors=True)

    def discard(self) -> None:
        """Takes the unfinished folder away."""
        shutil.rmtree(self.partial, ignore_errors=True)

    def finish(self, done: Extraction) -> None:
        """Gives the folder its manifest and its name, in place of one that is there, whose answers of stewards stay."""
        for hidden in self.partial.glob(".*"):
            hidden.unlink()
        for left_by_a_killed_run in answers_in(self.partial):
            left_by_a_killed_run.unlink()
        files = sorted(path for path in self.partial.iterdir() if path.name != MANIFEST)
        manifest = {
            "rows": done.rows,
            "files": {path.name: _settled(path) for path in files},
            "found_by": done.found_by,
            "mark": {"kind": done.mark.kind, "text": done.mark.text} if done.mark else None,
        }
        (self.partial / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        _settled(self.partial / MANIFEST)
        keep_answers(self.final, self.partial)
        if self.final.exists():
            self.final.rename(self._replaced)
        self.partial.rename(self.final)
        shutil.rmtree(self._replaced, ignore_errors=True)

    def extraction(self) -> Extraction | None:
        """What its manifest says of the extraction that landed it; None: somebody else dropped it."""
        try:
            told = json.loads((self.final / MANIFEST).read_text(encoding="utf-8"))
            mark = Mark(**told["mark"]) if told["mark"] else None
            return Extraction(self.table.full_name, self.on, int(told["rows"]), str(told["found_by"]), mark)
        except (OSError, ValueError, KeyError, TypeError):
            return None


def emptied(folder: Path) -> Path:
    """The folder, there and with nothing in it."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def _settled(path: Path) -> str:
    """The file's sha256, once the disk has it."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
        return hashlib.file_digest(stream, "sha256").hexdigest()
