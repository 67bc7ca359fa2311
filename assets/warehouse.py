"""The warehouse through the marts: one dbt invocation, and gate 2.

Belongs here: which batches count, ordering, and what Dagster is told. Not here: applying them and finding out who is who
(identity.py), rules about customers (dbt_project/), what the gate demands (expectations/marts.yml), deciding (decisions.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from assets.activation import OPERATIONS
from assets.alerting import alert_closings
from assets.clusters import cluster_model_in_use, cluster_pictures
from assets.dbt_runner import NodeResult, build
from assets.dbt_translation import TRANSLATOR, manifest
from assets.evidence import finding_metadata
from assets.gate_pages import page_of, write_pages
from assets.partitions import DATES, OWNERS, SINGLE_RUN, dates_of
from assets.rule_inputs import named_inputs
from assets.workspace import Workspace, require_judged
from clustering.tables import write_clusters
from expectations.findings import Finding
from expectations.judgements import Judgement, tried_whole
from expectations.verdicts import Gate, Verdict
from expectations.warehouse import judge_warehouse
from foundation.contract import landing_table, landing_tables
from foundation.engine import Engine
from identity.outcome import resolved_on
from integrations.warehouse.apply import Accepted, forget_changes, is_rebuild_pending
from integrations.warehouse.control import BatchHealth, write_control
from integrations.warehouse.decisions import show_earlier_entries, show_earlier_messages
from integrations.warehouse.history import restore_logs, show_earlier_tags
from integrations.warehouse.inputs import write_inputs

DECIDING = "fqn:customer_360.decisions"
GATE_SOURCE = "gate"

CONTROL = dg.AssetSpec(
    ["control", "run"],
    description="What a run tells dbt: its business date, the bank's settings, what landed and how it was judged.",
    group_name="control",
    kinds={"duckdb"},
    owners=OWNERS,
)


def accepted_batches(workspace: Workspace, as_of: date) -> list[Accepted]:
    """Every batch up to a date whose present content a gate let through.

    Errors: NotJudgedError: where one of a date's tables was left out unjudged, nobody would miss it.
    """
    require_judged(workspace.home, as_of)
    passed = {(v.full_name, v.on, v.content_id) for v in workspace.verdicts.through(as_of) if v.lets_through}
    accepted = []
    for batch in workspace.batches(as_of):
        table = landing_table(f"{batch.source}.{batch.table}")
        if batch.error is None and (table.full_name, batch.on, batch.content_id) in passed:
            file = workspace.home.raw_batch(batch.source, batch.table, batch.on)
            accepted.append(Accepted(table, batch.on, file, batch.content_id))
    return accepted


def batch_health(workspace: Workspace, as_of: date) -> list[BatchHealth]:
    """What became of every batch up to a date: landed, accepted, quarantined, and what its gate said."""
    verdicts = {(v.full_name, v.on): v for v in workspace.verdicts.through(as_of)}
    health, seen = [], set()
    for batch in workspace.batches(as_of):
        verdict = verdicts.get((f"{batch.source}.{batch.table}", batch.on))
        seen.add((f"{batch.source}.{batch.table}", batch.on))
        gate, worst = (verdict.gate, verdict.worst_failure) if verdict else ("not judged", None)
        health.append(
            BatchHealth(
                batch.on, batch.source, batch.table, batch.rows_landed, batch.rows_accepted, batch.rows_quarantined, gate, worst
            )
        )
    missing = [v for key, v in verdicts.items() if v.gate in ("missing", "overridden") and key not in seen]
    return health + [BatchHealth(v.on, v.source, v.table, 0, 0, 0, v.gate, v.worst_failure) for v in missing]


def counts(connection: duckdb.DuckDBPyConnection, relations: Sequence[str]) -> dict[str, int]:
    """Rows of each relation, in one query."""
    if not relations:
        return {}
    union = " union all ".join(f"select '{relation}', count(*) from {relation}" for relation in relations)
    return dict(connection.execute(union).fetchall())


def dbt_events(
    context: dg.AssetExecutionContext,
    results: Sequence[NodeResult],
    rows: dict[str, int],
    pictures: Mapping[str, dict[str, Any]] | None = None,
) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
    """Materializations and check results for what one invocation ran. `pictures`: more metadata, by relation."""
    nodes = manifest()["nodes"]
    for result in results:
        props = nodes[result.unique_id]
        if props["resource_type"] == "model":
            key = TRANSLATOR.get_asset_key(props)
            metadata: dict[str, Any] = {"seconds": round(result.seconds, 3)}
            if (relation := _relation(props)) in rows:
                metadata["dagster/row_count"] = rows[relation]
            metadata |= (pictures or {}).get(relation, {})
            if key in context.selected_asset_keys:
                yield dg.MaterializeResult(asset_key=key, metadata=metadata)
            continue
        check = get_asset_check_key_for_test(manifest(), TRANSLATOR, result.unique_id, None)
        if check is not None and check in context.selected_asset_check_keys:
            yield dg.AssetCheckResult(
                asset_key=check.asset_key,
                check_name=check.name,
                passed=result.status == "pass",
                severity=dg.AssetCheckSeverity.WARN if result.status == "warn" else dg.AssetCheckSeverity.ERROR,
                metadata={"status": result.status, "rows against it": result.failures},
            )


def _relation(props: dict[str, Any]) -> str:
    prefix = "vault." if props["database"] == "vault" else ""
    return f"{prefix}{props['schema']}.{props['name']}"


def relations_of(context: dg.AssetExecutionContext) -> dict[str, str]:
    """The selected models that are tables, and the marts, whatever they are: dbt's name -> the warehouse's."""
    return {
        props["name"]: _relation(props)
        for props in manifest()["nodes"].values()
        if props["resource_type"] == "model"
        and (props["config"]["materialized"] in ("table", "incremental") or props["schema"] == "marts")
        and TRANSLATOR.get_asset_key(props) in context.selected_asset_keys
    }


def selection(context: dg.AssetExecutionContext, everything: list[str]) -> list[str]:
    """dbt's arguments for what the run selected: the stage's own selection, or the models by name."""
    names = [
        props["name"]
        for props in manifest()["nodes"].values()
        if props["resource_type"] == "model" and TRANSLATOR.get_asset_key(props) in context.selected_asset_keys
    ]
    if context.selected_asset_keys == set(context.assets_def.node_keys_by_output_name.values()):
        return everything
    return ["--select", *names]


def tell_dbt(workspace: Workspace, connection: duckdb.DuckDBPyConnection, as_of: date) -> bool:
    """Puts what dbt reads of a run where it reads it. Whether facts are to be computed in full."""
    before = [on for on in workspace.progress.finished("marts") if on < as_of]
    write_control(
        connection, as_of=as_of, settings=workspace.settings, tables=landing_tables(),
        health=batch_health(workspace, as_of), previous=max(before, default=None),
    )  # fmt: skip
    write_inputs(connection, named_inputs(manifest()))
    write_clusters(connection, cluster_model_in_use(workspace.settings))
    show_earlier_entries(connection, workspace.home.decisions, before=as_of)
    show_earlier_messages(connection, workspace.home.decisions, before=as_of, operations=OPERATIONS)
    restore_logs(connection, workspace.home.published)
    show_earlier_tags(connection, before=as_of)
    return is_rebuild_pending(connection)


@dbt_assets(
    manifest=manifest(), exclude=DECIDING, name="warehouse", dagster_dbt_translator=TRANSLATOR, partitions_def=DATES,
    backfill_policy=SINGLE_RUN,
)  # fmt: skip
def marts(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[Any]:
    first, last = dates_of(context)
    as_of = workspace.as_of(first, last)
    with workspace.warehouse() as connection:
        if resolved_on(connection) != as_of:
            raise dg.Failure(f"identities are not those of {as_of}: materialize identity/resolution with the marts")
        rebuild = tell_dbt(workspace, connection, as_of)
    with workspace.stage("dbt", as_of):
        results = build(workspace.home, selection(context, ["--exclude", DECIDING]), full_refresh=rebuild)
    with workspace.warehouse() as connection:
        rows = counts(connection, list(relations_of(context).values()))
        pictures = cluster_pictures(connection, rows)
        if context.selected_asset_keys == set(context.assets_def.node_keys_by_output_name.values()):
            forget_changes(connection, landing_tables())
    yield from dbt_events(context, results, rows, pictures)


_GATED = {
    "marts": (
        "customers_360", "customer_segments", "customer_tags", "tag_catalogue", "tag_changes", "segment_changes", "moments",
        "customer_links", "interactions",
    )
}  # fmt: skip


def gate_specs(gate: str, schema: str, names: Sequence[str], says: str) -> list[dg.AssetCheckSpec]:
    """The blocking checks that show one gate on its tables."""
    return [dg.AssetCheckSpec(gate, asset=[schema, name], blocking=True, description=says) for name in names]


def gate_results(
    workspace: Workspace, gate: str, schema: str, names: Sequence[str], findings: Sequence[Finding], on: date
) -> Iterator[dg.AssetCheckResult]:
    """Records one verdict for the gate, and shows each table's findings."""
    failed = [finding for finding in findings if not finding.passed and finding.severity == "critical"]
    sentences = tuple(f"{finding.table}.{finding.sentence()}" for finding in failed)
    gate_verdict: Gate = "closed" if failed else "open"
    verdict = Verdict(GATE_SOURCE, gate, on, is_required=False, gate=gate_verdict, failures=sentences)
    workspace.verdicts.record([verdict])
    workspace.judgements.record(
        Judgement(gate, schema, name, on, tried=tried_whole([f for f in findings if f.table == f"{schema}.{name}"]))
        for name in names
    )
    told = tuple(f"{f.table}.{f.expectation}: {f.says} ({f.unexpected:,} rows)" for f in failed)  # without keys: it leaves
    write_pages(workspace.home, [on])
    alert_closings(workspace.home, workspace.settings, [replace(verdict, failures=told)])
    for name in names:
        own = [finding for finding in findings if finding.table == f"{schema}.{name}"]
        against = [finding for finding in own if not finding.passed]
        yield dg.AssetCheckResult(
            check_name=gate,
            asset_key=[schema, name],
            passed=not against,
            severity=dg.AssetCheckSeverity.ERROR
            if any(finding.severity == "critical" for finding in against)
            else dg.AssetCheckSeverity.WARN,
            metadata=finding_metadata(own, page_of(workspace.home, on)),
            description="; ".join(finding.sentence() for finding in against[:3]) or None,
        )


def require_open(workspace: Workspace, gate: str, on: date) -> None:
    """Errors: dagster.Failure, when the gate has not let this date through: nobody reads or acts on what it guards."""
    for verdict in workspace.verdicts.through(on):
        if (verdict.source, verdict.table, verdict.on) == (GATE_SOURCE, gate, on):
            if verdict.gate == "open":
                return
            raise dg.Failure(f"{gate} is closed for {on}: {verdict.worst_failure}")
    raise dg.Failure(f"{gate} has not judged {on}: materialize its tables with their checks first")


@dg.multi_asset_check(
    name="gate_2",
    specs=gate_specs("gate_2", "marts", _GATED["marts"], "What expectations/marts.yml demands before anybody reads a mart."),
)
def gate_2(context: dg.AssetCheckExecutionContext, workspace: Workspace) -> Iterator[dg.AssetCheckResult]:
    """Closes on marts that disagree with themselves or with the raw balances: what is published stays as it was."""
    as_of = workspace.as_of(*dates_of(context))
    with workspace.stage("gate 2", as_of):
        findings = judge_warehouse(workspace.home.warehouse, "marts", Engine.of(workspace.settings))
    yield from gate_results(workspace, "gate_2", "marts", _GATED["marts"], findings, as_of)
    if all(finding.passed or finding.severity == "warning" for finding in findings):
        workspace.progress.finish("marts", as_of)
