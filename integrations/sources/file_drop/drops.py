"""One landed file before its rows are read: format, fingerprint, count of physical lines, header.

Belongs here: what can be known by streaming bytes once. Not here: rows and cells (parse.py), nor which files there are
(scan.py) and should be (manifest.py).
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from integrations.sources.file_drop.errors import UnreadableFileError, UnsupportedFileError

_FORMATS = {".parquet": "parquet", ".csv": "csv", ".csv.gz": "csv", ".jsonl": "jsonl", ".jsonl.gz": "jsonl"}
_CHUNK = 1 << 20
_HEADER_LIMIT = 1 << 20


@dataclass(frozen=True)
class Drop:
    """One file that can be opened. `stamp`: by which a change of it is seen; `lines` and `header_lines` count physical lines
    (0 for Parquet); `is_even`: all its lines end alike, and no carriage return stands alone."""

    path: Path
    format: str
    sha256: str
    stamp: tuple[int, ...]
    lines: int = 0
    header: tuple[str, ...] = ()
    header_lines: int = 0
    is_even: bool = True

    @property
    def size(self) -> int:
        """Bytes, as they landed."""
        return self.stamp[1]

    @property
    def shape(self) -> tuple[str, tuple[str, ...]]:
        """Format and header: what is equal in files that one reader takes."""
        return self.format, self.header


def format_of(path: Path) -> str:
    """'parquet', 'csv' or 'jsonl'. Errors: UnsupportedFileError."""
    for ending, name in _FORMATS.items():
        if path.name.lower().endswith(ending) and path.is_file():
            return name
    mend = f"land one of {', '.join(_FORMATS)}, or give what is no data a name that starts with '.'"
    raise UnsupportedFileError(path, "this kind of file is not read", mend)


def open_drop(path: Path) -> Drop:
    """Stream the file once. Errors: UnsupportedFileError, UnreadableFileError."""
    kind = format_of(path)
    try:
        stamp = stamp_of(path)
        sha256, counter = _read_through(path)
        if kind == "parquet":
            _check_parquet(path)
            return Drop(path, kind, sha256, stamp)
        header, header_lines = _header(path) if kind == "csv" else ((), 0)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFileError(path, f"it cannot be read ({type(error).__name__})", "land it again, whole") from error
    return Drop(path, kind, sha256, stamp, counter.lines, header, header_lines, counter.is_even)


def stamp_of(path: Path) -> tuple[int, ...]:
    """What differs as soon as a file is written to or replaced: its inode, size and time of change."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def open_bytes(path: Path) -> BinaryIO:
    """The file's content, unpacked where it is packed."""
    return cast(BinaryIO, gzip.open(path)) if path.suffix.lower() == ".gz" else path.open("rb")


class _LineCounter:
    """Counts line ends in a stream of chunks."""

    def __init__(self) -> None:
        self.newlines = self.returns = self.pairs = 0
        self._last = b"\n"

    def add(self, chunk: bytes) -> None:
        self.newlines += chunk.count(b"\n")
        if returns := chunk.count(b"\r"):
            self.returns += returns
            self.pairs += chunk.count(b"\r\n")
        self.pairs += self._last == b"\r" and chunk[:1] == b"\n"
        self._last = chunk[-1:]

    @property
    def lines(self) -> int:
        return self.newlines + (self._last != b"\n")

    @property
    def is_even(self) -> bool:
        return self.returns == self.pairs and self.pairs in (0, self.newlines)


def _read_through(path: Path) -> tuple[str, _LineCounter]:
    digest, counter = hashlib.sha256(), _LineCounter()
    packed = path.suffix.lower() == ".gz"
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            if not packed:
                counter.add(chunk)
    if packed:
        with gzip.open(path) as unpacked:
            while chunk := unpacked.read(_CHUNK):
                counter.add(chunk)
    return digest.hexdigest(), counter


def _check_parquet(path: Path) -> None:
    with path.open("rb") as stream:
        start = stream.read(4)
        stream.seek(-4, io.SEEK_END)
        if start != b"PAR1" or stream.read(4) != b"PAR1":
            raise UnreadableFileError(path, "it is not a whole Parquet file", "land it again, whole")


def _header(path: Path) -> tuple[tuple[str, ...], int]:
    with open_bytes(path) as stream:
        first = stream.read(_HEADER_LIMIT)
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableFileError(path, "it is UTF-16 by its first bytes", "write it as UTF-8")
    start = first.decode("utf-8-sig", errors="replace")
    lines: list[str] = []
    reader = csv.reader(_kept(io.StringIO(start, newline=""), lines), strict=True)
    try:
        names = tuple(name.strip() for name in next(reader, []))
    except csv.Error as error:
        raise UnreadableFileError(path, "its header is not CSV", "write the columns' names in the first line") from error
    if lines and lines[-1].endswith("\r"):  # which ends no line: all that follows would be taken for header
        raise UnreadableFileError(path, "its header ends in a lone carriage return", "end lines with LF, or with CR and LF")
    if not names:
        raise UnreadableFileError(path, "it has no header", "write the columns' names in the first line, even without rows")
    if len(set(names)) < len(names):
        raise UnreadableFileError(path, "its header names a column twice", "name each column once")
    return names, reader.line_num


def _kept(lines: Iterable[str], seen: list[str]) -> Iterator[str]:
    for line in lines:
        seen.append(line)
        yield line
