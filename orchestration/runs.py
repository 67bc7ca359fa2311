"""One run in this process, from a command: the same job that the UI, the schedule and the sensor launch.

Belongs here: launching and saying what failed. Not here: commands and what they print (cli.py, console.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import dagster as dg

from assets.partitions import PARTITION, RANGE_END, RANGE_START


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its id, and for a failure each failed step with its first reason."""

    run_id: str
    is_success: bool
    failures: tuple[str, ...]


def _reason(event: dg.DagsterEvent) -> str:
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    told = event.step_failure_data.user_failure_data
    text = told.description if told and told.description else (error.message if error else "no reason was given")
    return f"{event.step_key}: {text.strip().splitlines()[0]}"


def execute(job_name: str, first: date, last: date) -> Outcome:
    """Runs a job over `first`..`last` as one run. Dagster keeps the run as it keeps any other."""
    from orchestration.definitions import defs

    repository = defs().get_repository_def()
    tags = {RANGE_START: first.isoformat(), RANGE_END: last.isoformat()}
    if first == last:
        tags = {PARTITION: first.isoformat()}
    result = repository.get_job(job_name).execute_in_process(
        instance=dg.DagsterInstance.get(),
        tags=tags,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )
    failures = tuple(_reason(event) for event in result.get_step_failure_events())
    return Outcome(result.run_id, result.success, failures)
