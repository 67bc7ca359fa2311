"""Runs that stand as open in Dagster although their process died: noted as failed, so that the queue goes on.

Belongs here: finding and closing them. Not here: launching runs (runs.py).
"""

from __future__ import annotations

from contextlib import suppress

import dagster as dg

from assets.workspace import HomeIsBusyError, held
from foundation.home import Home

# the tag of a run that lives in a command's process
COMMAND = "c360/command"
_UNFINISHED = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]


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
