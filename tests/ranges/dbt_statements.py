"""What dbt says to the database, written down once and said again.

Belongs here: running dbt, and repeating its statements without dbt. Not here: what is compared (the tests). A business date
reaches the models through tables alone, so dbt's statements are the same on every date: they differ only by whether the
models stand already, and whether facts are computed in full. Repeated, a date costs a tenth of what dbt takes for it, and
hundreds of schedules can be tried with the very SQL that a night runs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner
from dbt_common.events.base_types import EventMsg

from assets.dbt_runner import PROJECT
from assets.warehouse import DECIDING
from foundation.home import Home
from orchestration.manifest import load_manifest

Kind = Literal["first", "daily", "in full"]
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass
class Statements:
    """dbt's statements by kind of run: for each model in order, what it said."""

    of_kind: dict[Kind, list[list[str]]] = field(default_factory=dict, repr=False)

    def repeat(self, kind: Kind, connection: duckdb.DuckDBPyConnection) -> None:
        """Says them again; each model has a connection of its own, as temporary tables want it."""
        for statements in self.of_kind[kind]:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)


def run_dbt(home: Home, kind: Kind, statements: Statements) -> None:
    """All models through the marts by dbt itself, on the files of a home; keeps what it said."""
    said: list[tuple[str, str]] = []

    def hear(event: EventMsg) -> None:
        if event.info.name == "SQLQuery" and event.data.node_info.node_name:
            said.append((event.data.node_info.node_name, _COMMENT.sub("", event.data.sql).strip()))

    os.environ["C360_WAREHOUSE"], os.environ["C360_VAULT"] = str(home.warehouse), str(home.vault)
    project = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(home.compiled)]
    quiet = ["--log-level", "none", "--log-level-file", "none", "--no-write-json"]
    in_full = ["--full-refresh"] if kind != "daily" else []
    try:
        outcome = dbtRunner(manifest=load_manifest(), callbacks=[hear]).invoke(
            [*quiet, "run", *project, "--exclude", DECIDING, *in_full]
        )
    finally:
        DuckDBConnectionManager.close_all_connections()  # it would hold the files until the process ends
    assert outcome.success, outcome.exception or [str(result.message) for result in outcome.result.results]  # type: ignore[union-attr]
    statements.of_kind[kind] = _by_model(said)


def _by_model(said: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Each model's statements together, in the order in which the models began: they may be built side by side."""
    by_model: dict[str, list[str]] = {}
    for model, statement in said:
        if not statement.lower().startswith("select"):
            by_model.setdefault(model, []).append(statement)
    return list(by_model.values())
