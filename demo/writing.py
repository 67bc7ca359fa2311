"""Rows as the bytes of a landing file, written by a thread of its own beside the one that makes the next rows.

Belongs here: formats and the thread. Not here: folders and names (drop.py), what is wrong with a file (faults.py).
Text is made in slices, so that a file's size does not bound the memory.
"""

from __future__ import annotations

import gzip
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_ROWS_A_SLICE = 250_000
_ROWS_WAITING = 3_000_000


class Writer:
    """Writes files in the order given, while their rows in memory stay bounded. A context manager: leaving it waits."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="demo-writer")
        self._waiting: deque[tuple[int, Future[None]]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def write(self, task: Callable[..., None], path: Path, rows: pa.Table, *rest: Any) -> None:
        """Call `task(path, rows, *rest)` soon. Errors of earlier tasks come up here or in `wait`."""
        while self._waiting and (
            self._waiting[0][1].done() or sum(size for size, _ in self._waiting) + rows.num_rows > _ROWS_WAITING
        ):
            self._waiting.popleft()[1].result()
        self._waiting.append((rows.num_rows, self._pool.submit(task, path, rows, *rest)))

    def wait(self) -> None:
        """Until everything is written."""
        while self._waiting:
            self._waiting.popleft()[1].result()


def write_parquet(path: Path, rows: pa.Table) -> None:
    pq.write_table(rows, path)


def write_csv(path: Path, rows: pa.Table, appended: dict[int, str]) -> None:
    """UTF-8 CSV with a header, packed where the name says so; `appended`: by row, what follows its line."""
    with _opened(path) as file:
        file.write((",".join(rows.column_names) + "\n").encode())
        for start in range(0, rows.num_rows, _ROWS_A_SLICE):
            part = rows.slice(start, _ROWS_A_SLICE)
            file.write(_csv_lines(part, {at - start: text for at, text in appended.items() if 0 <= at - start < part.num_rows}))


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with path.open("wb") as raw:
        if path.suffix != ".gz":
            yield raw
            return
        with gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
            yield cast(BinaryIO, packed)


def _csv_lines(rows: pa.Table, appended: dict[int, str]) -> bytes:
    """The demo bank's values hold no comma, quote or line break, so none needs quoting."""
    columns = [pc.fill_null(pc.cast(rows.column(name), pa.large_string()), "").combine_chunks() for name in rows.column_names]
    lines = pc.binary_join_element_wise(*columns, pa.scalar(",", pa.large_string()))
    if appended:
        tails = np.full(rows.num_rows, "", dtype=object)
        tails[list(appended)] = list(appended.values())
        lines = pc.binary_join_element_wise(lines, pa.array(tails, pa.large_string()), pa.scalar("", pa.large_string()))
    whole = pa.LargeListArray.from_arrays(pa.array([0, len(lines)], pa.int64()), lines)
    return f"{pc.binary_join(whole, pa.scalar(chr(10), pa.large_string()))[0].as_py()}\n".encode()
