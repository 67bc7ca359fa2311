"""Files are written beside the making of rows, and say what the rows say in whatever shape."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pyarrow as pa
import pytest

from demo.quirks import Shape
from demo.text_lines import broken
from demo.writing import Writer, write_file

ROWS = pa.table({"name": ["plain", None, 'two\nlines, "quoted"', "tab\tand \\"], "number": ["1", "2", "3", None]})
NAMES = ROWS.column("name").to_pylist()


def written(folder: Path, shape: Shape, rows: pa.Table = ROWS, breaks: dict[int, str] | None = None) -> bytes:
    path = folder / f"rows.{shape.ending}"
    write_file(path, rows, shape, breaks or {})
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def test_a_file_that_cannot_be_written_is_an_error_of_the_next_wait(tmp_path: Path) -> None:
    with Writer() as writer:
        writer.write(write_file, tmp_path / "no such folder" / "rows.parquet", ROWS, Shape("parquet"), {})
        with pytest.raises(FileNotFoundError, match=r"rows\.parquet"):
            writer.wait()


def test_everything_given_is_written_when_the_wait_is_over(tmp_path: Path) -> None:
    with Writer() as writer:
        for number in range(20):
            writer.write(write_file, tmp_path / f"{number}.parquet", ROWS, Shape("parquet"), {})
        writer.wait()
        assert len(list(tmp_path.iterdir())) == 20


@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
def test_csv_quotes_what_needs_quotes(tmp_path: Path, ending: str) -> None:
    header, *rows = csv.reader(io.StringIO(written(tmp_path, Shape(ending)).decode(), newline=""))
    assert header == ["name", "number"]
    assert [row[0] or None for row in rows] == NAMES
    assert [row[1] for row in rows] == ["1", "2", "3", ""]


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz"])
def test_json_lines_escape_what_needs_escapes(tmp_path: Path, ending: str) -> None:
    records = [json.loads(line) for line in written(tmp_path, Shape(ending)).splitlines()]
    assert records == ROWS.to_pylist()


def test_marks_and_line_ends_are_those_of_the_shape(tmp_path: Path) -> None:
    rows = pa.table({"number": [str(number) for number in range(9)]})
    plain = written(tmp_path, Shape("csv"), rows)
    assert plain == b"number\n0\n1\n2\n3\n4\n5\n6\n7\n8\n"
    assert written(tmp_path, Shape("csv", is_marked=True), rows) == b"\xef\xbb\xbf" + plain
    assert written(tmp_path, Shape("csv", line_end="\r\n"), rows) == plain.replace(b"\n", b"\r\n")
    assert written(tmp_path, Shape("csv", is_spaced=True), rows) == plain + b"\n"
    mixed = written(tmp_path, Shape("csv", is_mixed=True), rows)
    assert 0 < mixed.count(b"\r\n") < mixed.count(b"\n")
    assert mixed.replace(b"\r\n", b"\n") == plain


def test_a_file_of_several_slices_is_whole_with_each_broken_line_in_its_place(tmp_path: Path) -> None:
    many = pa.table({"a": [f"BAD-{number}" for number in range(250_002)], "b": ["x"] * 250_002})
    breaks = {0: "too_few_fields", 249_999: "too_many_fields", 250_000: "open_quote", 250_001: "bad_bytes"}
    lines = written(tmp_path, Shape("csv"), many, breaks).split(b"\n")
    assert len(lines) == 250_004
    assert [lines[at + 1] for at in breaks] == [
        b"BAD-0,x",
        b"BAD-249999,x,one,too,many",
        b'BAD-250000,"never closedx',
        "客户BAD-250001,x".encode("gbk"),
    ]
    assert lines[250_000 - 1] == b"BAD-249998,x"


def test_a_broken_json_line_is_no_record() -> None:
    for how in ("cut_json", "no_object"):
        try:
            assert not isinstance(json.loads(broken(b'{"a": "1", "b": "2"}', how)), dict)
        except json.JSONDecodeError:
            continue


def test_a_way_to_break_a_line_that_is_not_known_is_an_error() -> None:
    with pytest.raises(ValueError, match="gently"):
        broken(b"a,b", "gently")
