"""Runs dbt inside this process, on the manifest parsed beforehand.

Belongs here: one invocation and what it returned. Not here: which models make a stage, or what Dagster is told of them
(warehouse.py). In-process because a child could not open the warehouse file that its parent holds, and because starting
dbt anew costs more than a small day's models.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation.home import Home
from foundation.room import is_about_room
from foundation.settings import load_settings
from integrations.warehouse.connection import is_damage

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
MANIFEST = PROJECT / "target" / "manifest.json"
MODELS_AT_ONCE = 4  # more would share the engine's threads and memory among too many, and Python's lock keeps them waiting


class DbtError(RuntimeError):
    """dbt failed. The message names the models and tests, without rows."""


@dataclass(frozen=True)
class NodeResult:
    """One model or test that ran: `status` as dbt says it, seconds, and how many rows failed a test."""

    unique_id: str
    status: str
    seconds: float
    failures: int
    message: str


def parsed_manifest() -> Any:
    """The parsed manifest, as dbt itself cached it; fresh each time, because a run alters it.

    Errors: DbtError, when it was never built.
    """
    from dbt.contracts.graph.manifest import Manifest

    cached = PROJECT / "target" / "partial_parse.msgpack"
    if not cached.exists():
        raise DbtError("the dbt project was never parsed: run `make manifest`")
    manifest = Manifest.from_msgpack(cached.read_bytes())
    manifest.build_flat_graph()  # what Jinja sees as `graph`: tags and strategies are read from it
    return manifest


def point_at(home: Home) -> None:
    """dbt's profile reads the files' places and their limits from the environment of this process."""
    settings = load_settings()
    os.environ["C360_WAREHOUSE"], os.environ["C360_VAULT"] = str(home.warehouse), str(home.vault)
    os.environ["C360_WAREHOUSE_MEMORY"] = settings.duckdb_memory_limit
    threads = settings.duckdb_threads or os.cpu_count() or 1
    os.environ["C360_WAREHOUSE_THREADS"], os.environ["C360_DBT_THREADS"] = str(threads), str(min(threads, MODELS_AT_ONCE))
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"], os.environ["DO_NOT_TRACK"] = "false", "1"


def build(home: Home, arguments: Sequence[str], *, full_refresh: bool = False, tests: bool = True) -> list[NodeResult]:
    """`dbt build` of a selection: models and, unless told otherwise, data tests, in one invocation.

    Unit tests are about the code, not the day: they run in the test suite. Errors: DbtError, when dbt itself fails or a
    model does not build; a failing test is a result, not an error.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    point_at(home)
    # compiled SQL of the run lies in its own home: runs of two homes would sweep it from under each other
    compiled = home.compiled
    command = [
        "--quiet", "--log-level", "none", "--log-level-file", "none", "--no-write-json",
        "build", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(compiled),
        "--exclude-resource-type", "unit_test", *([] if tests else ["test"]), *arguments,
        *(["--full-refresh"] if full_refresh else []),
    ]  # fmt: skip
    try:
        outcome = dbtRunner(manifest=parsed_manifest()).invoke(command)
    finally:
        DuckDBConnectionManager.close_all_connections()  # dbt would hold both files until the process ends
        shutil.rmtree(compiled, ignore_errors=True)
    if outcome.exception is not None:
        raise DbtError(f"dbt could not run: {outcome.exception}")
    results = [
        NodeResult(r.node.unique_id, str(r.status), float(r.execution_time), int(r.failures or 0), str(r.message or ""))
        for r in getattr(outcome.result, "results", [])
    ]
    broken = [r for r in results if r.status == "error"]
    if broken:
        told = "; ".join(f"{r.unique_id.split('.', 2)[-1]}: {r.message.strip().splitlines()[0]}" for r in broken[:5])
        # the rest of a message may quote a row, so it goes along only where it speaks of the disk or the files
        whole = [RuntimeError(r.message) for r in broken]
        about_files = next((each for each in whole if is_about_room(each) or is_damage(each)), None)
        raise DbtError(f"{len(broken)} dbt models or tests could not be built: {told}") from about_files
    return results
