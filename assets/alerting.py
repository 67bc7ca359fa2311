"""When somebody is told at once: a gate that closes, a run that fails, a landing that is late or changed.

Belongs here: turning these into alerts. Not here: telling (integrations/alerts). Alerts name tables, rules, steps and kinds of
error; an error's own text stays in the run, for it may quote a row.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from dagster import DagsterEvent

from expectations.verdicts import Verdict
from foundation.contract import landing_tables
from foundation.home import Home
from foundation.progress import Progress
from foundation.settings import Settings
from integrations.alerts.alert import Alert
from integrations.alerts.webhook import tell
from integrations.sources.file_drop.rest import landing_is_complete
from integrations.sources.file_drop.scan import Batch, first_landed_on


def _closing(verdict: Verdict) -> Alert:
    content = verdict.content_id or hashlib.sha256(repr(verdict.failures).encode()).hexdigest()
    name = verdict.full_name if verdict.source != "gate" else verdict.table.replace("_", " ")
    held = " and holds its date and all later ones back" if verdict.holds_back else ""
    return Alert(
        "gate.closed",
        f"{verdict.full_name}:{verdict.on}:{content}",
        f"{name} of {verdict.on} is {verdict.gate}{held}: {verdict.worst_failure}; make why-closed DATE={verdict.on}",
        {
            "table": verdict.full_name, "business_date": str(verdict.on), "gate": verdict.gate,
            "failures": list(verdict.failures), "holds_back": verdict.holds_back,
        },
    )  # fmt: skip


def alert_closings(home: Home, settings: Settings, verdicts: Iterable[Verdict]) -> None:
    """Tells of every verdict that closes or holds back, once for each content."""
    tell(home.control, [_closing(each) for each in verdicts if each.gate == "closed" or each.holds_back], settings)


def _step(event: DagsterEvent) -> dict[str, object]:
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return {"step": event.step_key, "error": error.cls_name if error else None}


def alert_failure(home: Home, settings: Settings, *, run_id: str, job: str, dates: str, failures: Sequence[DagsterEvent]) -> None:
    """Tells that a run failed, once."""
    steps = [_step(event) for event in failures]
    at = f" at {', '.join(str(step['step']) for step in steps)}" if steps else ""
    says = f"run {run_id} of {job} for {dates} failed{at}"
    data = {"run_id": run_id, "job": job, "dates": dates, "steps": steps}
    tell(home.control, [Alert("run.failed", run_id, says, data)], settings)


def alert_changes(home: Home, settings: Settings, changed: Iterable[Batch]) -> None:
    """Tells of every folder that changed after it was taken in, once for each change."""
    tell(home.control, [_change(batch) for batch in changed], settings)


def _change(batch: Batch) -> Alert:
    name, on = batch.table.full_name, str(batch.on)
    files = [(path.name, _seen(path)) for path in batch.files]
    return Alert(
        "landing.changed",
        f"{name}:{on}:{hashlib.sha256(repr(files).encode()).hexdigest()}",
        f"the folder {on} of {name} changed after it was taken in, and what it holds now is not used: "
        f"make materialize FROM={on} TO={on} takes it in",
        {"table": name, "business_date": on, "files": len(files)},
    )


def _seen(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:  # gone by now
        return 0


def late_date(home: Home, settings: Settings, now: datetime) -> tuple[date, str] | None:
    """The date whose required folders should be there by now and are not, and what is lacking; None: nothing is late.

    `now` has a time zone. A bank that has not landed anything before that date is not late.
    """
    here = now.astimezone(ZoneInfo(settings.time_zone))
    if f"{here:%H:%M}" < settings.landing_deadline:
        return None
    on = here.date() - timedelta(days=1)
    began = min(
        (first_landed_on(home.landing, table) or date.max for table in landing_tables() if table.required), default=date.max
    )
    finished = Progress(home.control).last_finished("day") if home.control.exists() else None
    if began >= on or (finished is not None and finished >= on):
        return None
    is_complete, why = landing_is_complete(
        home.landing, landing_tables(), on, quiet_seconds=settings.landing_quiet_seconds, now=time.time()
    )
    return None if is_complete else (on, why)


def alert_lateness(home: Home, settings: Settings, now: datetime) -> str | None:
    """Tells, once a date, that its landing is late; returns what is lacking."""
    late = late_date(home, settings, now)
    if late is None:
        return None
    on, why = late
    says = f"the landing of {on} is not complete by {settings.landing_deadline}: {why}"
    tell(home.control, [Alert("landing.late", str(on), says, {"business_date": str(on), "lacking": why})], settings)
    return says
