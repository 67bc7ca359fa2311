"""What the daemon watches to tell somebody: runs that fail and landings that are late. On from the start.

Belongs here: when it is looked. Not here: what is told, and once (assets/alerting.py). Commands tell of their own runs
(runs.py); a run of either kind is told of once.
"""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg

from assets.alerting import alert_failure, alert_lateness
from assets.partitions import dates_in
from foundation.home import Home
from foundation.settings import load_settings


@dg.run_failure_sensor(name="failure_alert", default_status=dg.DefaultSensorStatus.RUNNING)
def failure_alert(context: dg.RunFailureSensorContext) -> None:
    """Tells of a run that failed: in a step, or because its process died."""
    settings, run = load_settings(), context.dagster_run
    alert_failure(
        Home.of(settings), settings, run_id=run.run_id, job=run.job_name, dates=dates_in(run.tags),
        failures=context.get_step_failure_events(),
    )  # fmt: skip


@dg.sensor(name="lateness_alert", minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def lateness_alert(_context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Tells of a date whose required folders are not there by C360_LANDING_DEADLINE of the next day. The demo bank's dates do
    not follow the clock, so it is never late."""
    settings = load_settings()
    home = Home.of(settings)
    if home.demo.is_dir():
        return dg.SkipReason("the demo bank lands when it is asked to")
    return dg.SkipReason(alert_lateness(home, settings, datetime.now(UTC)) or "nothing is late")
