"""The demo bank's good rows as typed tables to ask in SQL.

Belongs here: bringing what lies in the landing folders into DuckDB, `_on` being the folder's date, and the truth beside it.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
from demo_bank_files import Bank

from foundation.contract import landing_tables


class Rows:
    """Every landed table as `source__table`, the newest row of each key as `source__table_now`; the truth as `truth_name`."""

    def __init__(self, bank: Bank) -> None:
        self._connection = duckdb.connect()
        for table in landing_tables():
            lines = bank.good(table.full_name)
            if not lines:
                continue
            texts: dict[str, Any] = {
                column.name: pa.array([line.get(column.name) for line in lines], pa.string()) for column in table.columns
            }
            texts["_on"] = pa.array([line.file.parent.name for line in lines])
            self._connection.register("landed", pa.table(texts))
            typed = ", ".join(f"try_cast({column.name} as {column.sql_type}) as {column.name}" for column in table.columns)
            name, key = table.full_name.replace(".", "__"), ", ".join(table.key)
            self._connection.execute(f"create table {name} as select {typed}, cast(_on as date) as _on from landed")
            self._connection.execute(
                f"create view {name}_now as select * from {name}"
                f" qualify row_number() over (partition by {key} order by _on desc) = 1"
            )
        for path in sorted((bank.state / "truth").glob("*.parquet")):
            self._connection.execute(f"create view truth_{path.stem} as select * from read_parquet('{path}')")

    def __call__(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query).fetchall()

    def one(self, query: str) -> Any:
        """The one value that the query gives."""
        [(value,)] = self(query)
        return value
