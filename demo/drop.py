"""Writing one date's folders: each under a name of its own first, then renamed, so that none is ever seen half written.

Belongs here: what becomes of a table's rows on the way to its files, in order; folders; manifests. Not here: which rows
(*_records.py), what a file looks like (quirks.py), which rows land on another date (carried.py), faults (faults.py), bytes
(writing.py).
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import defaultdict
from datetime import date
from pathlib import Path

import pyarrow as pa

from demo.carried import Carried
from demo.faults import CYCLE, Planter
from demo.quirks import Quirks, Shape
from demo.text_lines import as_text
from demo.writing import Writer, write_file
from foundation.contract import OWN_FILES, landing_table, landing_tables


class Drop:
    """The folders of one business date."""

    def __init__(self, landing: Path, on: date, planter: Planter, carried: Carried, writer: Writer) -> None:
        self.landing, self.on, self.planter, self._carried, self._writer = landing, on, planter, carried, writer
        self.quirks = Quirks(planter.draws, on)
        self._folders: dict[str, Path] = {}
        self._rows: dict[str, dict[str, int]] = defaultdict(dict)

    def add(self, full_name: str, file: str, rows: pa.Table) -> None:
        """Land a table's rows. `file` names what the source usually sends; its ending (.parquet, .csv, .csv.gz) is the format
        that most of its files have."""
        rows = self.quirks.with_remarks(full_name, file, rows)
        rows = self._carried.keep_back(full_name, rows, self.quirks)
        if not rows.num_rows and not landing_table(full_name).required:
            return
        for name, part in self.quirks.files(full_name, file, rows):
            self._land(full_name, name, self.quirks.with_doubles(full_name, name, part), is_spoilt=True)

    def folder(self, full_name: str) -> Path:
        """The unfinished folder of a table; it stays empty if nothing is added."""
        if full_name not in self._folders:
            folder = self.landing.joinpath(*full_name.split("."), f".{self.on}.partial")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            self._folders[full_name] = folder
        return self._folders[full_name]

    def finish(self) -> None:
        """Put every folder in its place; what an interrupted run left there gives way to the same rows, what the platform
        put there stays."""
        for full_name, kind, rows in self._carried.due():
            self.quirks.note(full_name, f"{kind}.csv", f"{kind}_rows", rows.num_rows)
            self._land(full_name, f"{kind}.csv", rows, is_spoilt=False)
        self._land_refused()
        self._writer.wait()
        for full_name, folder in self._folders.items():
            self._finish_folder(full_name, folder)
        self._carried.forget()

    def _land(self, full_name: str, file: str, rows: pa.Table, *, is_spoilt: bool) -> None:
        name, shape = self.quirks.named(full_name, file, rows.num_rows)
        breaks: dict[int, str] = {}
        if shape.format != "parquet":
            rows = as_text(rows)
        if is_spoilt:
            rows, breaks = self.planter.spoil(full_name, name, rows, shape.format)
        self._write(full_name, name, rows, shape, breaks)

    def _write(self, full_name: str, name: str, rows: pa.Table, shape: Shape, breaks: dict[int, str]) -> None:
        self._rows[full_name][name] = rows.num_rows
        rows = self.quirks.dressed(full_name, name, rows)
        self._writer.write(write_file, self.folder(full_name) / name, rows, shape, breaks)

    def _land_refused(self) -> None:
        """What of today's faults no file could hold, in files of their own; for a table with nothing else only in its first
        weeks, and only if it ever landed."""
        for table in landing_tables():
            name = table.full_name
            has_landed = self.landing.joinpath(table.source, table.name).is_dir()
            if name not in self._folders and (self.planter.number > CYCLE or not has_landed):
                continue
            for ending in ("csv", "jsonl"):
                if faults := self.planter.left_over(name, ending):
                    file = f"by-hand.{ending}"
                    rows, breaks = self.planter.plant_alone(name, file, ending, faults)
                    self.quirks.note(name, file, "nothing_but_faults", len(faults))
                    if any(fault.kind == "cell" for fault in faults):
                        self.quirks.note(name, file, "double_rows", 1)
                    self._write(name, file, rows, Shape(ending), breaks)

    def _finish_folder(self, full_name: str, folder: Path) -> None:
        files = self._rows[full_name]
        if not files:
            self.quirks.note(full_name, "", "empty_folder", 0)
        elif self.quirks.has_manifest(full_name):
            digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(files)}
            (folder / "_manifest.json").write_text(json.dumps({"rows": sum(files.values()), "files": digests}), encoding="utf-8")
            self.quirks.note(full_name, "_manifest.json", "manifest", sum(files.values()))
        final = folder.with_name(str(self.on))
        for own in final.glob(f"{OWN_FILES}*"):
            shutil.copy2(own, folder)
        shutil.rmtree(final, ignore_errors=True)
        folder.rename(final)
