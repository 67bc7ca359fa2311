"""Landing to raw, and gate 1.

Belongs here: which dates are read, what Dagster is told of it, and the blocking checks that show the verdicts.
Not here: parsing (integrations/sources/file_drop), gathering what is judged (judging.py), the rules (expectations/), applying
what was accepted (warehouse.py). A run also takes in older dates that landed and were never read: a business date uses all
folders up to it. Of older dates that changed since they were read it tells: to take them in is to run them again.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

import dagster as dg

from assets.alerting import alert_changes, alert_closings
from assets.evidence import check_result
from assets.gate_pages import page_of, write_pages
from assets.judging import judge_dates
from assets.partitions import DATES, OWNERS, SINGLE_RUN, dates_of
from assets.workspace import Workspace
from foundation.contract import Table, landing_tables
from foundation.engine import Engine
from integrations.sources.file_drop.changed import changed_since
from integrations.sources.file_drop.intake import refused
from integrations.sources.file_drop.rest import wait_for_rest
from integrations.sources.file_drop.scan import as_they_are, left_out, scan
from integrations.sources.file_drop.write import ingest
from integrations.sources.registry import BatchResult

TABLES = landing_tables()


def _spec(table: Table) -> dg.AssetSpec:
    return dg.AssetSpec(
        ["raw", table.source, table.name],
        deps=[["landing", table.source, table.name]],
        description=f"Contract-true Parquet of {table.full_name}, a file a date; what does not conform is in quarantine.",
        group_name="raw",
        kinds={"parquet", "duckdb"},
        owners=OWNERS,
        partitions_def=DATES,
    )


def _metadata(results: Sequence[BatchResult], changed: Sequence[date]) -> dict[str, dg.MetadataValue]:
    reasons: dict[str, int] = defaultdict(int)
    for result in results:
        for reason, count in result.reasons.items():
            reasons[reason] += count
    unknown = sorted({column for result in results for column in result.unknown_columns})
    return {
        "dagster/row_count": dg.MetadataValue.int(sum(result.rows_accepted for result in results)),
        "rows landed": dg.MetadataValue.int(sum(result.rows_landed for result in results)),
        "rows quarantined": dg.MetadataValue.int(sum(result.rows_quarantined for result in results)),
        "cells quarantined": dg.MetadataValue.int(sum(result.cells_quarantined for result in results)),
        "rows superseded": dg.MetadataValue.int(sum(result.rows_superseded for result in results)),
        "quarantined by reason": dg.MetadataValue.json(dict(reasons)),
        "dates": dg.MetadataValue.int(len(results)),
        "unknown columns": dg.MetadataValue.json(unknown),
        "dates changed since they were taken in": dg.MetadataValue.json([str(on) for on in changed]),
    }


@dg.multi_asset(specs=[_spec(table) for table in TABLES], can_subset=True, backfill_policy=SINGLE_RUN, name="raw")
def raw(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[dg.MaterializeResult]:  # type: ignore[type-arg]
    """One row per landed row of a table and date that conforms to the contract; replaced whole when a date is run again."""
    first, last = dates_of(context)
    wanted = [table for table in TABLES if dg.AssetKey(["raw", table.source, table.name]) in context.selected_asset_keys]
    with workspace.stage("raw", last):
        home = workspace.home
        for path in left_out(home.landing, TABLES):
            context.log.warning(f"{path} is left out: no table of the contract; rename it, or add it to contract/landing.yml")
        known = {(batch.source, batch.table, batch.on): batch for batch in workspace.batches(last)}
        there = scan(home.landing, wanted, date.min, last)
        landed = [batch for batch in there if batch.on >= first or (batch.table.source, batch.table.name, batch.on) not in known]
        earlier = [batch for batch in there if batch.on < first]
        changed = changed_since(earlier, known, home, time_zone=workspace.settings.time_zone)
        alert_changes(home, workspace.settings, changed)
        unfinished = wait_for_rest(
            landed,
            quiet_seconds=workspace.settings.landing_quiet_seconds,
            patience_seconds=workspace.settings.landing_patience_seconds,
            tell=context.log.info,
        )
        results = [refused(batch, error) for batch, error in unfinished.items()]
        whole = as_they_are(batch for batch in landed if batch not in unfinished)
        workspace.forget(whole)
        results += ingest(whole, home, time_zone=workspace.settings.time_zone, engine=Engine.of(workspace.settings))
        workspace.record(results)
    for table in wanted:
        own = [result for result in results if (result.source, result.table) == (table.source, table.name)]
        for result in own:
            if result.error:
                context.log.error(f"{table.full_name} of {result.on}: {result.error}")
        since = [batch.on for batch in changed if batch.table == table]
        yield dg.MaterializeResult(asset_key=["raw", table.source, table.name], metadata=_metadata(own, since))


@dg.multi_asset_check(
    name="gate_1",
    specs=[
        dg.AssetCheckSpec(
            "gate_1",
            asset=["raw", table.source, table.name],
            blocking=table.required,
            description=f"The landing contract and expectations/landing.yml hold for {table.full_name}.",
        )
        for table in TABLES
    ],
)
def gate_1(context: dg.AssetCheckExecutionContext, workspace: Workspace) -> Iterator[dg.AssetCheckResult]:
    """One verdict per table and date. A required table that is closed or missing holds its date and all later ones back."""
    first, last = dates_of(context)
    with workspace.stage("gate 1", last):
        findings, verdicts = judge_dates(workspace, first, last)
        write_pages(workspace.home, {verdict.on for verdict in verdicts})
        alert_closings(workspace.home, workspace.settings, verdicts)
    through, _ = workspace.effective_dates(last)
    for table in TABLES:
        yield check_result(
            check_name="gate_1",
            asset_key=["raw", table.source, table.name],
            verdicts=[verdict for verdict in verdicts if verdict.full_name == table.full_name],
            findings=[finding for finding in findings if finding.table == table.full_name],
            stops_run=through < first,
            page=page_of(workspace.home, last),
        )
