"""One run in this process, from a command: the same job that the UI, the schedule and the sensor launch.

Belongs here: launching, and saying what failed. Not here: commands and what they print (cli.py, console.py), runs whose
process died (dead_runs.py).
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from functools import cache

import dagster as dg

from foundation.home import Home
from foundation.settings import load_settings
from orchestration.dead_runs import COMMAND
from orchestration.event_log import BatchedSqliteEventLogStorage


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its id, and for a failure each failed step with its first reason."""

    run_id: str
    is_success: bool
    failures: tuple[str, ...]


def _reason(event: dg.DagsterEvent) -> str:
    """The step and what its own code said: the first error that is not Dagster's, without the name of its class."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None and (error.cls_name or "").startswith("Dagster"):
        error = error.cause
    told = event.step_failure_data.user_failure_data
    text = told.description if told and told.description else (error.message if error else "no reason was given")
    said = text.strip().splitlines()[0]
    name, _, rest = said.partition(": ")
    return f"{event.step_key}: {rest if error and rest and name.endswith(error.cls_name or ' ') else said}"


def _is_a_closed_gate(event: dg.DagsterEvent) -> bool:
    error = event.step_failure_data.error
    return error is not None and error.cls_name == "DagsterAssetCheckFailedError"


def _closed_gates(result: dg.ExecuteInProcessResult) -> list[str]:
    """Each table that closed a gate, why, and what to do: what Dagster itself says of it is only how many there were."""
    closed = [
        f"{'.'.join(told.asset_key.path)} closed {told.check_name.replace('_', ' ')}: {told.description}"
        for told in result.get_asset_check_evaluations()
        if told.blocking and not told.passed and told.severity is dg.AssetCheckSeverity.ERROR
    ]
    mend = "what is published stays as it was: mend what is named and run the date again; make why-closed DATE=… tells more"
    return [*closed, mend] if closed else []


@cache
def _repository() -> dg.RepositoryDefinition:
    # what this loads reads the settings when it is imported; a command has by then said what is wrong with them
    from orchestration.definitions import defs

    return defs().get_repository_def()


def execute(job_name: str, first: date, last: date) -> Outcome:
    """Runs a job over `first`..`last` as one run. Dagster keeps the run as it keeps any other."""
    from assets.alerting import alert_failure  # these read the settings too
    from assets.partitions import PARTITION, RANGE_END, RANGE_START, dates_in

    tags = {COMMAND: "yes", RANGE_START: first.isoformat(), RANGE_END: last.isoformat()}
    if first == last:
        tags = {COMMAND: "yes", PARTITION: first.isoformat()}
    instance = dg.DagsterInstance.get()
    log = instance.event_log_storage
    with log.kept_open() if isinstance(log, BatchedSqliteEventLogStorage) else nullcontext():
        result = (
            _repository()
            .get_job(job_name)
            .execute_in_process(
                instance=instance,
                tags=tags,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                raise_on_error=False,
            )
        )
    if not result.success:
        settings = load_settings()
        alert_failure(
            Home.of(settings), settings, run_id=result.run_id, job=job_name, dates=dates_in(tags),
            failures=result.get_step_failure_events(),
        )  # fmt: skip
    broken = [event for event in result.get_step_failure_events() if not _is_a_closed_gate(event)]
    failures = (*_closed_gates(result), *(_reason(event) for event in broken))
    return Outcome(result.run_id, result.success, failures)
