"""Whether SQL written in entries compiles: tried on empty tables with the types of the parsed project's columns.

Belongs here: those tables, and what is wrong with an expression over one of them. Not here: which entries there are and what else
they need (entry_check.py, strategy_check.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

MODEL = "model.customer_360."
VOCABULARY = ("int_customers_profiled", "int_customers_segmented")
Manifest = dict[str, Any]
_SAID = {"BOOLEAN": "true or false", "TIME": "a date or time"}


def columns_of(manifest: Manifest, *models: str) -> dict[str, str]:
    """Column -> type of these models, as their files declare them."""
    return {
        name: column["data_type"]
        for model in models
        for name, column in manifest["nodes"][MODEL + model]["columns"].items()
        if column["data_type"]
    }


class EmptyTables:
    """Tables without rows, in memory."""

    def __init__(self, tables: Mapping[str, Mapping[str, str]]) -> None:
        self._connection = duckdb.connect()
        for relation, columns in tables.items():
            listed = ", ".join(f'"{name}" {sql_type}' for name, sql_type in columns.items())
            self._connection.execute(f'create table "{relation}" ({listed})')

    def fault(self, expression: str, relation: str, wanted: str = "") -> str | None:
        """Why an expression over a relation cannot be used: it does not compile, or is not of the type wanted (BOOLEAN, TIME)."""
        try:
            described = self._connection.execute(f'describe select ({expression}) as it from "{relation}"').fetchone()
        except duckdb.Error as error:
            return f"does not compile: {str(error).splitlines()[0]}"
        found = str(described[1]) if described else ""
        if found.startswith(wanted) or (wanted == "TIME" and found == "DATE"):
            return None
        return f"is of type {found}, not {_SAID[wanted]}"
