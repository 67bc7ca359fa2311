"""Files are written beside the making of rows, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from demo.writing import Writer, write_parquet

ROWS = pa.table({"number": pa.array([1, 2, 3])})


def test_a_file_that_cannot_be_written_is_an_error_of_the_next_wait(tmp_path: Path) -> None:
    with Writer() as writer:
        writer.write(write_parquet, tmp_path / "no such folder" / "rows.parquet", ROWS)
        with pytest.raises(FileNotFoundError, match=r"rows\.parquet"):
            writer.wait()


def test_everything_given_is_written_when_the_wait_is_over(tmp_path: Path) -> None:
    with Writer() as writer:
        for number in range(20):
            writer.write(write_parquet, tmp_path / f"{number}.parquet", ROWS)
        writer.wait()
        assert len(list(tmp_path.iterdir())) == 20
