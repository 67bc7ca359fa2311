"""Rows as the bytes of a landing file, written by a thread of its own beside the one that makes the next rows.

Belongs here: the thread, Parquet, and text in slices, so that a file's size does not bound the memory. Not here: how a row
becomes a line of text (text_lines.py), folders and names (drop.py), what a file looks like and why (quirks.py, faults.py).
"""

from __future__ import annotations

import gzip
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from demo.draws import Array
from demo.quirks import Shape
from demo.text_lines import MARK, broken, csv_lines, header, json_lines

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


def write_file(path: Path, rows: pa.Table, shape: Shape, breaks: Mapping[int, str]) -> None:
    """One file of a shape; text formats take rows of text. `breaks`: by row, how its line is broken."""
    if shape.format == "parquet":
        pq.write_table(rows, path)
        return
    to_lines = csv_lines if shape.format == "csv" else json_lines
    with _opened(path) as file:
        if shape.format == "csv":
            file.write((MARK if shape.is_marked else b"") + header(rows) + shape.line_end.encode())
        for start in range(0, rows.num_rows, _ROWS_A_SLICE):
            part = rows.slice(start, _ROWS_A_SLICE)
            lines = _with_breaks(to_lines(part), {at - start: how for at, how in breaks.items() if 0 <= at - start < len(part)})
            file.write(_joined(lines, shape, np.arange(start, start + len(part))))
        if shape.is_spaced:
            file.write(b"\n")


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    with path.open("wb") as raw:
        if path.suffix != ".gz":
            yield raw
            return
        with gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
            yield cast(BinaryIO, packed)


def _with_breaks(lines: Any, breaks: Mapping[int, str]) -> Any:
    lines = lines.cast(pa.large_binary())
    if not breaks:
        return lines
    mask = np.zeros(len(lines), dtype=bool)
    mask[list(breaks)] = True
    replaced = [broken(lines[at].as_py(), breaks[at]) for at in sorted(breaks)]
    return pc.replace_with_mask(lines, mask, pa.array(replaced, pa.large_binary()))


def _joined(lines: Any, shape: Shape, numbers: Array) -> bytes:
    end: Any = pa.scalar(shape.line_end.encode(), pa.large_binary())
    if shape.is_mixed:
        end = pa.array([b"\n", b"\r\n"], pa.large_binary()).take(pa.array(numbers % 3 // 2))
    ended = pc.binary_join_element_wise(lines, end, pa.scalar(b"", pa.large_binary()))
    whole = pa.LargeListArray.from_arrays(pa.array([0, len(ended)], pa.int64()), ended)
    return cast(bytes, pc.binary_join(whole, pa.scalar(b"", pa.large_binary()))[0].as_py())
