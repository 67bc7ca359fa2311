"""When a date starts by its landing: as soon as all that it needs is there and has come to rest."""

from __future__ import annotations

import time
from datetime import date, timedelta

import dagster as dg

from foundation.contract import landing_tables
from foundation.home import Home
from foundation.progress import Progress
from foundation.settings import load_settings
from integrations.sources.file_drop.rest import landing_is_complete
from integrations.sources.file_drop.scan import scan
from orchestration.dead_runs import close_dead_runs_if_idle
from orchestration.jobs import DAILY


def next_landed_date(home: Home) -> date | None:
    """The first landed date after the last finished one, or None. What a history published needs no day of its own."""
    progress = Progress(home.control) if home.control.exists() else None
    finished = [on for stage in ("day", "published") if progress and (on := progress.last_finished(stage))]
    after = max(finished) + timedelta(days=1) if finished else date.min
    required = [table for table in landing_tables() if table.required]
    return min((batch.on for batch in scan(home.landing, required, after, date.max)), default=None)


@dg.sensor(job=DAILY, minimum_interval_seconds=30)
def landing_complete(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """The next landed date when its landing is complete; the date is the run key, so it is asked for once."""
    settings = load_settings()
    home = Home.of(settings)
    close_dead_runs_if_idle(home, context.instance)
    on = next_landed_date(home)
    if on is None:
        return dg.SkipReason("nothing has landed after the last finished date")
    is_complete, why = landing_is_complete(
        home.landing, landing_tables(), on, quiet_seconds=settings.landing_quiet_seconds, now=time.time()
    )
    if not is_complete:
        return dg.SkipReason(why)
    return dg.RunRequest(run_key=on.isoformat(), partition_key=on.isoformat())
