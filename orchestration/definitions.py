"""The workspace that Dagster loads: everything assembled, nothing done."""

from __future__ import annotations

import dagster as dg

from assets import activation, decisions, extraction, identity, month_ends, published, raw, reports, warehouse
from foundation.garbage import look_seldom
from foundation.settings import load_settings
from orchestration.alert_sensors import failure_alert, lateness_alert
from orchestration.jobs import DAILY, HISTORY, REBUILD
from orchestration.resources import resources
from orchestration.schedules import nightly
from orchestration.sensors import landing_complete


@dg.definitions
def defs() -> dg.Definitions:
    """Assets in the order in which the data flows, their gates, the jobs, the schedule and the sensors."""
    look_seldom()  # a run started in the UI is a process that begins here
    return dg.Definitions(
        assets=[
            *extraction.landing(load_settings()),
            raw.raw,
            warehouse.CONTROL,
            month_ends.passed_month_ends,
            identity.resolution,
            warehouse.marts,
            decisions.decisions,
            decisions.decided_lists,
            published.publish,
            activation.deliveries,
            published.publish_deliveries,
            reports.daily_summary,
        ],
        asset_checks=[raw.gate_1, warehouse.gate_2, decisions.gate_3],
        jobs=[DAILY, HISTORY, REBUILD],
        schedules=[nightly],
        sensors=[landing_complete, failure_alert, lateness_alert],
        resources=resources(),
        executor=dg.in_process_executor,
    )
