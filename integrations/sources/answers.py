"""A steward's answers as files of the landing table stewardship.identity_decisions: one an answer, beside whatever else lands.

Belongs here: names, the choice of folder, writing a file whole, reading back what no run has taken in yet. Not here: what may be
answered (assets/answering.py), what follows from it (identity/). A file holds keys of records and no personal data.

Files of answers are told from a source's own by their names: whoever lands the table's folder anew leaves them in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from foundation.contract import OWN_FILES, landing_table
from integrations.sources.file_drop.errors import ManifestMismatchError, UnreadableFileError
from integrations.sources.file_drop.manifest import read_manifest
from integrations.sources.file_drop.scan import files_in, scan

TABLE = landing_table("stewardship.identity_decisions")
_PREFIX, _ENDING = f"{OWN_FILES}review-", ".jsonl"


@dataclass(frozen=True)
class Answer:
    """One row of the table."""

    source_a: str
    record_a: str
    source_b: str
    record_b: str
    decision: str
    decided_by: str
    decided_at: datetime


def answers_in(folder: Path) -> list[Path]:
    """The files of answers in a landing folder, oldest first."""
    if not folder.is_dir():
        return []
    return [path for path in files_in(folder) if path.name.startswith(_PREFIX) and path.name.endswith(_ENDING)]


def has_answers_alone(folder: Path) -> bool:
    """Whether a folder is there for its answers only, so that its source has still to land it."""
    answers = answers_in(folder)
    return bool(answers) and set(folder.iterdir()) <= set(answers)


def keep_answers(folder: Path, newer: Path) -> None:
    """Copies the answers of a folder into the one that will take its place."""
    for path in answers_in(folder):
        _write(newer / path.name, path.read_text(encoding="utf-8"))


def not_taken_in(landing: Path, finished: date) -> Iterator[Answer]:
    """The answers in the folders after a date, in the order in which they were given. Errors: UnreadableFileError."""
    for batch in scan(landing, [TABLE], finished + timedelta(days=1), date.max):
        for path in answers_in(batch.folder):
            yield from _read(path)


def open_date(landing: Path, finished: date, taken_in: Collection[date]) -> date:
    """The first date after those finished whose folder may still be added to: no run has read it, and its manifest, if it
    has one, names its files. A manifest that counts the rows of the whole folder would no longer be right."""
    on = finished + timedelta(days=1)
    while on in taken_in or _counts_all(_folder(landing, on)):
        on += timedelta(days=1)
    return on


def land(landing: Path, on: date, answer: Answer) -> Path:
    """Writes an answer into a date's folder; the file appears whole, after those before it by name. Needs the home to itself."""
    folder = _folder(landing, on)
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / f"{_PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}{_ENDING}"
    unfinished = final.with_name(f".{final.name}.part")
    row = asdict(answer) | {"decided_at": answer.decided_at.isoformat(sep=" ", timespec="seconds")}
    _write(unfinished, json.dumps(row, ensure_ascii=False) + "\n")
    unfinished.rename(final)
    return final


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _folder(landing: Path, on: date) -> Path:
    return landing / TABLE.source / TABLE.name / str(on)


def _counts_all(folder: Path) -> bool:
    try:
        manifest = read_manifest(folder)
    except ManifestMismatchError:
        return True  # whatever it was meant to count
    return manifest is not None and manifest.rows is not None and manifest.files is None


def _read(path: Path) -> Iterator[Answer]:
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
            yield Answer(**row | {"decided_at": datetime.fromisoformat(row["decided_at"])})
        except (ValueError, TypeError, KeyError) as error:
            raise UnreadableFileError(path, "it is no answer that `make review` wrote", "remove it and answer again") from error
