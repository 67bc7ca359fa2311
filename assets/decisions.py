"""Deciding: candidates, eligibility and lists by dbt, gate 3, and freezing what was decided.

Belongs here: when a date is decided at all, and that it is decided once. Not here: who is chosen and why
(dbt_project/models/decisions), what the gate demands (expectations/decisions.yml), sending (activation.py).
A run decides for its last date only, and only if that is later than every date decided before: a backfill contacts nobody.
"""

from collections.abc import Iterator
from datetime import date
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import dbt_assets

from assets.dbt_runner import build
from assets.dbt_translation import TRANSLATOR, manifest
from assets.partitions import DATES, OWNERS, SINGLE_RUN, dates_of
from assets.warehouse import DECIDING, counts, dbt_events, gate_results, gate_specs, relations_of, require_open, selection
from assets.workspace import Workspace
from expectations.warehouse import judge_warehouse
from foundation.engine import Engine
from integrations.warehouse.decisions import decided_dates, freeze

GATED = ("list_entries", "decision_trace")
FROZEN = "nothing was decided: the date, or a later one, is decided and frozen, or the run is of older dates than the marts"


def date_to_decide(workspace: Workspace, as_of: date, last: date) -> date | None:
    """The date that a run up to `last` decides for, or None: it, or a later one, is decided already, or the marts speak of a
    later date than the run's own, as where older dates are run again."""
    decided = decided_dates(workspace.home.decisions)
    return as_of if as_of <= last and (not decided or as_of > decided[-1]) else None


def _selected_in_order(context: dg.AssetExecutionContext) -> list[dg.AssetKey]:
    """The selected assets of the step, each after what it depends on: Dagster refuses any other order."""
    dependencies = {spec.key: [dep.asset_key for dep in spec.deps] for spec in context.assets_def.specs}
    return [key for key in TopologicalSorter(dependencies).static_order() if key in context.selected_asset_keys]


@dbt_assets(
    manifest=manifest(), select=DECIDING, name="deciding", dagster_dbt_translator=TRANSLATOR, partitions_def=DATES,
    backfill_policy=SINGLE_RUN,
)  # fmt: skip
def decisions(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[Any]:
    first, last = dates_of(context)
    as_of = workspace.as_of(first, last)
    require_open(workspace, "gate_2", as_of)
    if date_to_decide(workspace, as_of, last) is None:
        for key in _selected_in_order(context):
            yield dg.MaterializeResult(asset_key=key, metadata={"decided": FROZEN})
        for check in context.selected_asset_check_keys:
            yield dg.AssetCheckResult(asset_key=check.asset_key, check_name=check.name, passed=True, description=FROZEN)
        return
    with workspace.stage("decisions", as_of):
        results = build(workspace.home, selection(context, ["--select", DECIDING]))
    with workspace.warehouse() as connection:
        rows = counts(connection, list(relations_of(context).values()))
    yield from dbt_events(context, results, rows)


@dg.multi_asset_check(
    name="gate_3",
    specs=gate_specs("gate_3", "decisions", GATED, "What expectations/decisions.yml demands before a list leaves the house."),
)
def gate_3(context: dg.AssetCheckExecutionContext, workspace: Workspace) -> Iterator[dg.AssetCheckResult]:
    """Closes on a list with an entry nobody agreed to, with a control customer, or out of its bounds: nothing is sent."""
    first, last = dates_of(context)
    as_of = workspace.as_of(first, last)
    if date_to_decide(workspace, as_of, last) is None:
        for name in GATED:
            yield dg.AssetCheckResult(
                check_name="gate_3",
                asset_key=["decisions", name],
                passed=True,
                description=FROZEN,
            )
        return
    with workspace.stage("gate 3", as_of):
        findings = judge_warehouse(workspace.home.warehouse, "decisions", Engine.of(workspace.settings))
    yield from gate_results(workspace, "gate_3", "decisions", GATED, findings, as_of)


@dg.asset(
    key=["decided", "lists"],
    deps=[["decisions", name] for name in GATED],
    partitions_def=DATES,
    backfill_policy=SINGLE_RUN,
    group_name="decisions",
    kinds={"parquet"},
    owners=OWNERS,
)
def decided_lists(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult[Any]:
    """One row per list entry, and one per candidate in the trace, frozen as state: a decided date never changes."""
    first, last = dates_of(context)
    as_of = workspace.as_of(first, last)
    if date_to_decide(workspace, as_of, last) is None:
        return dg.MaterializeResult(metadata={"decided": FROZEN})
    require_open(workspace, "gate_3", as_of)
    with workspace.warehouse() as connection:
        rows = freeze(connection, workspace.home.decisions, as_of)
    return dg.MaterializeResult(metadata={"dagster/row_count": rows["list_entries"], "candidates": rows["decision_trace"]})
