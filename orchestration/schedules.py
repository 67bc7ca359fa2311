"""When a date starts by the clock: early in the bank's morning, for the day before."""

from __future__ import annotations

from datetime import timedelta

import dagster as dg

from foundation.home import Home
from foundation.settings import load_settings
from orchestration.dead_runs import close_dead_runs_if_idle
from orchestration.jobs import DAILY


@dg.schedule(job=DAILY, cron_schedule=load_settings().schedule, execution_timezone=load_settings().time_zone)
def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Yesterday's business date, once: its date is the run key."""
    close_dead_runs_if_idle(Home.of(load_settings()), context.instance)
    on = (context.scheduled_execution_time - timedelta(days=1)).date().isoformat()
    return dg.RunRequest(run_key=on, partition_key=on)
