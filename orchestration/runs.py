"""One run in this process, from a command: the same job that the UI, the schedule and the sensor launch.

Belongs here: launching, saying what failed, and closing runs whose process died. Not here: commands and what they print
(cli.py, console.py).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache

import dagster as dg

from assets.workspace import HomeIsBusyError, held
from foundation.home import Home
from foundation.settings import load_settings

# the tag of a run that lives in a command's process
COMMAND = "c360/command"
_UNFINISHED = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]


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
    result = (
        _repository()
        .get_job(job_name)
        .execute_in_process(
            instance=dg.DagsterInstance.get(),
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


def _open_runs(instance: dg.DagsterInstance, of_commands_alone: bool) -> list[dg.DagsterRun]:
    tags = {COMMAND: "yes"} if of_commands_alone else {}
    return list(instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED, tags=tags)))


def close_dead_runs(instance: dg.DagsterInstance, *, of_commands_alone: bool = True) -> None:
    """Notes as failed those runs that nobody works on any more: the queue lets one run at a time go, and would wait for them.

    To be called by who has the home's lock: a command has it from before its run begins until after it has ended, so no open
    run of a command can be alive then.
    """
    for run in _open_runs(instance, of_commands_alone):
        instance.report_run_failed(run, "its process ended before the run did; run the same dates again")


def close_dead_runs_if_idle(home: Home, instance: dg.DagsterInstance, *, of_commands_alone: bool = True) -> None:
    """The same for who has not the lock: nothing is done while somebody else has it."""
    if _open_runs(instance, of_commands_alone):
        with suppress(HomeIsBusyError), held(home, 0, "closing runs whose process ended", lambda _: None):
            close_dead_runs(instance, of_commands_alone=of_commands_alone)
