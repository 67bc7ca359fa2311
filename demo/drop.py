"""Writing one date's folders: each under a name of its own first, then renamed, so that none is ever seen half written.

Belongs here: files and folders of a drop. Not here: which rows (*_records.py) and faults (faults.py) they hold.
"""

from __future__ import annotations

import gzip
import shutil
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from demo.faults import Planter, as_text


class Drop:
    """The folders of one business date."""

    def __init__(self, landing: Path, on: date, planter: Planter) -> None:
        self.landing, self.on, self.planter = landing, on, planter
        self._folders: dict[str, Path] = {}

    def add(self, full_name: str, file: str, rows: pa.Table) -> None:
        """Write one file; its ending (.parquet, .csv, .csv.gz) is its format."""
        folder = self.folder(full_name)
        if file.endswith(".parquet"):
            spoilt, _ = self.planter.spoil(full_name, file, rows, as_text=False)
            pq.write_table(spoilt.combine_chunks(), folder / file)
            return
        spoilt, appended = self.planter.spoil(full_name, file, as_text(rows), as_text=True)
        data = csv_bytes(spoilt, appended)
        (folder / file).write_bytes(gzip.compress(data, 6, mtime=0) if file.endswith(".gz") else data)

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
        for folder in self._folders.values():
            final = folder.with_name(str(self.on))
            shutil.rmtree(final, ignore_errors=True)
            folder.rename(final)


def csv_bytes(rows: pa.Table, appended: dict[int, str]) -> bytes:
    """UTF-8 CSV with a header. The demo bank's values hold no comma, quote or line break, so none needs quoting."""
    header = ",".join(rows.column_names) + "\n"
    if rows.num_rows == 0:
        return header.encode()
    columns = [pc.fill_null(rows.column(name).combine_chunks(), "").cast(pa.large_string()) for name in rows.column_names]
    lines = pc.binary_join_element_wise(*columns, pa.scalar(",", pa.large_string()))
    if appended:
        tails = np.full(rows.num_rows, "", dtype=object)
        tails[list(appended)] = list(appended.values())
        lines = pc.binary_join_element_wise(lines, pa.array(tails, pa.large_string()), pa.scalar("", pa.large_string()))
    whole = pa.LargeListArray.from_arrays(pa.array([0, rows.num_rows], pa.int64()), lines)
    return f"{header}{pc.binary_join(whole, pa.scalar(chr(10), pa.large_string()))[0].as_py()}\n".encode()
