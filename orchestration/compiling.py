"""Whether SQL written in entries compiles: tried on empty tables with the types of the parsed project's columns.

Belongs here: those tables, and what is wrong with an expression over one of them. Not here: which entries there are and what else
they need (entry_check.py, strategy_check.py).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb

from assets.rule_inputs import VOCABULARY as VOCABULARY

MODEL = "model.customer_360."
Manifest = dict[str, Any]
_SAID = {"BOOLEAN": "true or false", "TIME": "a date or time"}
# what an expression over one row has no use for, and would break or change the statement that it becomes a part of
_OF_MANY_ROWS = {"SUBQUERY": "a subquery", "WINDOW": "a window function", "STAR": "a star"}
_ONE_ROW = "an entry speaks of one row: name its columns, and let a model put together what comes from several rows"


def columns_of(manifest: Manifest, *models: str) -> dict[str, str]:
    """Column -> type of these models, as their files declare them."""
    return {
        name: column["data_type"]
        for model in models
        for name, column in manifest["nodes"][MODEL + model]["columns"].items()
        if column["data_type"]
    }


class EmptyTables:
    """Tables without rows, in memory, each under a name that nobody can write into an entry."""

    def __init__(self, tables: Mapping[str, Mapping[str, str]]) -> None:
        self._connection = duckdb.connect()
        self._names = {relation: f"{relation}_{secrets.token_hex(8)}" for relation in tables}
        for relation, columns in tables.items():
            listed = ", ".join(f'"{name}" {sql_type}' for name, sql_type in columns.items())
            self._connection.execute(f'create table "{self._names[relation]}" ({listed})')
        aggregates = "select function_name from duckdb_functions() where function_type = 'aggregate'"
        self._of_many_rows = {name for (name,) in self._connection.execute(aggregates).fetchall()} | {"unnest", "unlist"}

    def fault(self, expression: str, relation: str, wanted: str = "") -> str | None:
        """Why an expression over a relation cannot be used: it does not compile, speaks of more than one row, or is not of the
        type wanted (BOOLEAN, TIME)."""
        try:
            found = self._type_of(f"({expression})", relation)
            if wanted == "BOOLEAN":  # a rule stands without brackets of its own where it is used
                self._type_of(f"case when {expression} then 1 end", relation)
        except duckdb.Error as error:
            if many := next(self._many_rows_in(expression), None):
                return f"has {many}; {_ONE_ROW}"
            return f"does not compile: {str(error).splitlines()[0]}"
        if many := next(self._many_rows_in(expression), None):
            return f"has {many}; {_ONE_ROW}"
        if found.startswith(wanted) or (wanted == "TIME" and found == "DATE"):
            return None
        return f"is of type {found}, not {_SAID[wanted]}"

    def columns_in(self, expression: str) -> set[str]:
        """The columns that an expression names, as the tables spell them."""
        return {node["column_names"][0].lower() for node in self._nodes(expression) if node.get("class") == "COLUMN_REF"}

    def _type_of(self, expression: str, relation: str) -> str:
        described = self._connection.execute(f'describe select {expression} as it from "{self._names[relation]}"').fetchone()
        return str(described[1]) if described else ""

    def _many_rows_in(self, expression: str) -> Iterator[str]:
        for node in self._nodes(expression):
            if node.get("class") in _OF_MANY_ROWS:
                yield _OF_MANY_ROWS[node["class"]]
            elif node.get("class") == "FUNCTION" and node["function_name"] in self._of_many_rows:
                yield f"{node['function_name']}(), which is over rows"

    def _nodes(self, expression: str) -> Iterator[dict[str, Any]]:
        """All nodes of an expression as it is parsed; none where it cannot be."""
        [(text,)] = self._connection.execute("select json_serialize_sql($1)", [f"select ({expression})"]).fetchall()
        left: list[Any] = [json.loads(text).get("statements", [])]
        while left:
            node = left.pop()
            if isinstance(node, dict):
                yield node
                left.extend(node.values())
            elif isinstance(node, list):
                left.extend(node)
