"""A home's published tables written by hand: ten customers of whom everything is true in the right measure, or all but one thing.

Belongs here: those tables. Not here: what a check or a report makes of them (the tests).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

CUSTOMERS = tuple(f"c{number}" for number in range(10))
ON = date(2026, 1, 31)
Tables = dict[str, list[dict[str, Any]]]


def tag(code: str, state: str = "in use", never_landed: str | None = None, **more: Any) -> dict[str, Any]:
    """A row of the catalogue."""
    held = {"in use": 4, "never true": 0, "always true": len(CUSTOMERS)}.get(state)
    row = {"tag_code": code, "name_en": code.title(), "name_zh": "标签", "category": "who", "rule": "age >= 18"}
    return (
        row
        | {
            "customers": held,
            "share": None if held is None else held / len(CUSTOMERS),
            "state": state,
            "never_landed": never_landed,
        }
        | more
    )


def tables() -> Tables:
    """Two tags, two of each dimension, two moments: each of some of the ten."""
    halves = [(code, "one" if place < 4 else "other") for place, code in enumerate(CUSTOMERS)]
    dimensions = ("value_tier", "lifecycle_stage", "micro_segment")
    return {
        "tag_catalogue": [tag("youth"), tag("elderly", category="feels")],
        "customer_segments": [
            {"business_date": ON, "customer_id": code, **dict.fromkeys(dimensions, half)} for code, half in halves
        ],
        "segment_names": [
            {"dimension": dimension, "code": code, "position": position}
            for dimension in dimensions
            for position, code in enumerate(("one", "other"))
        ],
        "moment_catalogue": [{"moment_code": "birthday"}, {"moment_code": "new_account"}],
        "moments": [
            {"business_date": ON, "moment_code": "birthday", "customer_id": "c1"},
            {"business_date": date(2025, 12, 31), "moment_code": "new_account", "customer_id": "c2"},
        ],
        "column_catalogue": [
            {"column_name": "age", "is_computable": True},
            {"column_name": "logins_30d", "is_computable": False},
        ],
    }


def publish(tables: Tables, folder: Path) -> Path:
    """The tables as Parquet files: moments one a date, the others one each."""
    for name, rows in tables.items():
        (folder / name).mkdir(parents=True)
        parts = {str(row["business_date"]): row for row in rows} if name == "moments" else {}
        files = {day: [row for row in rows if str(row["business_date"]) == day] for day in parts} or {name: rows}
        for file, some in files.items():
            pq.write_table(pa.Table.from_pylist(some), folder / name / f"{file}.parquet")
    return folder
