"""The month ends that a run over dates passes: processed on the way, so that history can be asked about them.

Belongs here: which days those are, and carrying the logs of tags, segments and moments through each of them. Not here: a run's
last date (identity.py and warehouse.py, in stages of their own), what a log says (dbt_project/models/marts). A month end is
resolved and logged as of itself; what is published, and what gate 2 judges, is the run's last date.
"""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import dagster as dg

from assets.dbt_runner import build
from assets.identity import RECORDS, apply_accepted, resolve_records
from assets.partitions import DATES, OWNERS, SINGLE_RUN, dates_of
from assets.pictures import bar_chart
from assets.warehouse import accepted_batches, tell_dbt
from assets.workspace import Workspace
from foundation.contract import landing_tables
from integrations.warehouse.apply import forget_changes

# the logs, all else that is kept from date to date by what changed, and what these rest on
KEPT = ("+config.materialized:incremental",)


def month_ends(first: date, last: date) -> Iterator[date]:
    """The last days of months from `first` on that lie before `last`."""
    on = first
    while (on := on.replace(day=calendar.monthrange(on.year, on.month)[1])) < last:
        yield on
        on += timedelta(days=1)


def to_log(first: date, as_of: date, finished: date | None) -> list[date]:
    """The month ends that a run from `first` to `as_of` still has to log, where marts were finished up to a date."""
    return [on for on in month_ends(first, as_of) if finished is None or on > finished]


def log_month_end(workspace: Workspace, on: date) -> None:
    """Applies what landed up to a month end, resolves it, and writes what the logs say of that day."""
    with workspace.stage("month end", on):
        with workspace.warehouse() as connection:
            accepted = accepted_batches(workspace, on)
            apply_accepted(workspace, connection, accepted)
            resolve_records(workspace, connection, on, accepted)
            rebuild = tell_dbt(workspace, connection, on)
        build(workspace.home, ["--select", *KEPT], full_refresh=rebuild, tests=False)
        with workspace.warehouse() as connection:
            forget_changes(connection, landing_tables())
    workspace.progress.finish("marts", on)


@dg.asset(
    key=["history", "month_ends"],
    deps=[["raw", *name.split(".")] for name in RECORDS],
    partitions_def=DATES,
    backfill_policy=SINGLE_RUN,
    group_name="identity",
    kinds={"duckdb", "dbt"},
    owners=OWNERS,
)
def passed_month_ends(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult[Any]:
    """One row per month end that a run over dates passes: tags, segments and moments of that day are in the logs."""
    first, last = dates_of(context)
    as_of = workspace.as_of(first, last)
    passed = to_log(first, as_of, workspace.progress.last_finished("marts"))
    for on in passed:
        log_month_end(workspace, on)
        context.log.info(f"{on} is logged")
    return dg.MaterializeResult(metadata=_metadata(workspace, passed))


def _metadata(workspace: Workspace, passed: list[date]) -> dict[str, Any]:
    metadata: dict[str, Any] = {"dagster/row_count": len(passed)}
    if passed:
        with workspace.warehouse() as connection:
            crossings = connection.execute(
                "select business_date || ' ' || dimension, count(*) from marts.segment_changes where from_value is not null"
                " group by 1 order by 1"
            ).fetchall()
        metadata["crossings"] = bar_chart("crossings by month end", crossings)
    return metadata
