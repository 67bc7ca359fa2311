"""Writing one date's folders: each under a name of its own first, then renamed, so that none is ever seen half written.

Belongs here: files and folders of a drop. Not here: which rows (*_records.py) and faults (faults.py) they hold, what
their bytes are (writing.py).
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa

from demo.faults import Planter, as_text
from demo.writing import Writer, write_csv, write_parquet


class Drop:
    """The folders of one business date."""

    def __init__(self, landing: Path, on: date, planter: Planter, writer: Writer) -> None:
        self.landing, self.on, self.planter, self._writer = landing, on, planter, writer
        self._folders: dict[str, Path] = {}

    def add(self, full_name: str, file: str, rows: pa.Table) -> None:
        """Write one file; its ending (.parquet, .csv, .csv.gz) is its format."""
        path = self.folder(full_name) / file
        if file.endswith(".parquet"):
            spoilt, _ = self.planter.spoil(full_name, file, rows, as_text=False)
            self._writer.write(write_parquet, path, spoilt)
            return
        spoilt, appended = self.planter.spoil(full_name, file, as_text(rows), as_text=True)
        self._writer.write(write_csv, path, spoilt, appended)

    def folder(self, full_name: str) -> Path:
        """The unfinished folder of a table; it stays empty if nothing is added."""
        if full_name not in self._folders:
            folder = self.landing.joinpath(*full_name.split("."), f".{self.on}.partial")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            self._folders[full_name] = folder
        return self._folders[full_name]

    def finish(self) -> None:
        """Put every folder in its place; what an interrupted run left there gives way to the same rows."""
        self._writer.wait()
        for folder in self._folders.values():
            final = folder.with_name(str(self.on))
            shutil.rmtree(final, ignore_errors=True)
            folder.rename(final)
