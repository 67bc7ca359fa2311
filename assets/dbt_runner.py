"""Runs dbt inside this process, on the manifest parsed beforehand.

Belongs here: one invocation and what it returned. Not here: which models make a stage, or what Dagster is told of them
(warehouse.py). In-process because a child could not open the warehouse file that its parent holds, and because starting
dbt anew costs more than a small day's models.
"""

from __future__ import annotations

import logging
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
_OUT_OF_MEMORY = "Out of Memory Error"
_MORE_MEMORY = "where there is more, C360_DUCKDB_MEMORY_LIMIT says so"
_NO_TESTS = ("--exclude-resource-type", "test")
_log = logging.getLogger(__name__)
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

    Unit tests are about the code, not the day: they run in the test suite. Models for which memory did not suffice side by side
    are built once more, one at a time. Errors: DbtError, when dbt itself fails or a model does not build; a failing test is a
    result, not an error.
    """
    point_at(home)
    flags = [*([] if tests else _NO_TESTS), *(["--full-refresh"] if full_refresh else [])]
    results = _invoke(home, [*arguments, *flags])
    if undone := undone_for_memory(results):
        _log.warning("memory did not suffice for models side by side: %s are built one at a time; %s", len(undone), _MORE_MEMORY)
        again = _invoke(home, ["--select", *undone, "--threads", "1", *flags])
        results = list(({each.unique_id: each for each in results} | {each.unique_id: each for each in again}).values())
    if broken := [each for each in results if each.status == "error"]:
        raise _told(broken)
    return results


def undone_for_memory(results: Sequence[NodeResult]) -> list[str]:
    """Where one wanted memory that another had beside it: the names of all models and tests that were not seen through."""
    if not any(_OUT_OF_MEMORY in each.message for each in results if each.status == "error"):
        return []
    return [each.unique_id.split(".")[2] for each in results if each.status in ("error", "skipped")]


def _invoke(home: Home, arguments: Sequence[str]) -> list[NodeResult]:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    # compiled SQL of the run lies in its own home: runs of two homes would sweep it from under each other
    compiled = home.compiled
    command = [
        "--quiet", "--log-level", "none", "--log-level-file", "none", "--no-write-json",
        "build", "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(compiled),
        "--exclude-resource-type", "unit_test", *arguments,
    ]  # fmt: skip
    try:
        outcome = dbtRunner(manifest=parsed_manifest()).invoke(command)
    finally:
        DuckDBConnectionManager.close_all_connections()  # dbt would hold both files until the process ends
        shutil.rmtree(compiled, ignore_errors=True)
    if outcome.exception is not None:
        raise DbtError(f"dbt could not run: {outcome.exception}")
    return [
        NodeResult(r.node.unique_id, str(r.status), float(r.execution_time), int(r.failures or 0), str(r.message or ""))
        for r in getattr(outcome.result, "results", [])
    ]


def _told(broken: Sequence[NodeResult]) -> DbtError:
    """What a person is told; the rest of a message may quote a row, so it goes along only where it speaks of disk or files."""
    told = "; ".join(f"{each.unique_id.split('.', 2)[-1]}: {each.message.strip().splitlines()[0]}" for each in broken[:5])
    if any(_OUT_OF_MEMORY in each.message for each in broken):
        limit = os.environ["C360_WAREHOUSE_MEMORY"]
        told += f": {limit} of memory do not suffice, with one model at a time either: raise C360_DUCKDB_MEMORY_LIMIT"
    error = DbtError(f"{len(broken)} dbt models or tests could not be built: {told}")
    whole = [RuntimeError(each.message) for each in broken]
    error.__cause__ = next((each for each in whole if is_about_room(each) or is_damage(each)), None)
    return error
