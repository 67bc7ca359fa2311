"""`python -m benchmarks.compiled FOLDER FILE`: the marts' SQL as dbt compiles it for a first build, and what is published of it.

Belongs here: asking dbt. Not here: running the SQL without dbt (bare.py). In an empty folder dbt finds no relation standing,
so that every model is compiled as the whole of its history.
"""

from __future__ import annotations

import json
import os
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from assets.dbt_runner import PROJECT, parsed_manifest, point_at
from assets.published import FROM_MARTS, PROMISES
from assets.warehouse import DECIDING
from foundation.home import Home


def models(home: Home) -> list[dict[str, str]]:
    """One entry a model through the marts, in the order of the graph: `schema`, `name`, `kind` (view or table), `sql`."""
    point_at(home)
    place = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", str(home.compiled)]
    try:
        outcome = dbtRunner(manifest=parsed_manifest()).invoke(
            ["--quiet", "--log-level-file", "none", "--no-write-json", "compile", *place, "--exclude", DECIDING]
        )
    finally:
        DuckDBConnectionManager.close_all_connections()
    if not outcome.success:
        raise SystemExit(f"dbt could not compile: {outcome.exception}")
    nodes: dict[str, Any] = {
        result.node.unique_id: result.node for result in outcome.result.results if result.node.resource_type == "model"
    }
    order = TopologicalSorter({name: [on for on in node.depends_on_nodes if on in nodes] for name, node in nodes.items()})
    return [_model(nodes[name]) for name in order.static_order()]


def _model(node: Any) -> dict[str, str]:
    schema = f"vault.{node.schema}" if node.database == "vault" else node.schema
    kind = "view" if node.config.materialized == "view" else "table"
    return {"schema": schema, "name": node.name, "kind": kind, "sql": node.compiled_code}


if __name__ == "__main__":
    os.environ["DO_NOT_TRACK"] = "1"
    root = Path(sys.argv[1])
    tables = [{"name": name, "relation": relation, "csv": PROMISES[name].csv} for name, relation in FROM_MARTS.items()]
    told = {"models": models(Home(root=root, landing=root / "landing")), "published": tables}
    Path(sys.argv[2]).write_text(json.dumps(told), encoding="utf-8")
