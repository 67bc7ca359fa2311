"""`python workspace_child.py`: loads the workspace as Dagster does and tells, as JSON, what is in it.

Each line of standard input is a JSON object of environment variables; for each, what the sensor then says.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

from foundation.settings import load_settings
from orchestration.definitions import defs
from orchestration.schedules import nightly
from orchestration.sensors import landing_complete


def workspace() -> dict[str, Any]:
    repository = defs().get_repository_def()
    graph = repository.asset_graph
    nodes = {
        key.to_user_string(): {
            "description": graph.get(key).description,
            "group": graph.get(key).group_name,
            "owners": list(graph.get(key).owners or []),
            "kinds": sorted(graph.get(key).kinds or []),
            "parents": sorted(parent.to_user_string() for parent in graph.get(key).parent_keys),
        }
        for key in graph.get_all_asset_keys()
    }
    return {
        "assets": nodes,
        "checks": sorted(f"{key.asset_key.to_user_string()}:{key.name}" for key in graph.asset_check_keys),
        "jobs": {name: repository.get_job(name).executor_def.name for name in repository.job_names if not name.startswith("__")},
    }


def schedule() -> dict[str, Any]:
    at = datetime(2025, 3, 1, 5, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    with dg.DagsterInstance.local_temp() as instance:  # the schedule looks into the runs, which only a kept instance lets it
        request = nightly(dg.build_schedule_context(instance=instance, scheduled_execution_time=at))
    assert isinstance(request, dg.RunRequest)
    return {
        "cron": nightly.cron_schedule,
        "zone": nightly.execution_timezone,
        "key": request.run_key,
        "on": request.partition_key,
    }


def sensor() -> dict[str, Any]:
    load_settings.cache_clear()
    with dg.DagsterInstance.ephemeral() as instance:
        said = landing_complete(dg.build_sensor_context(instance=instance))
    if isinstance(said, dg.RunRequest):
        return {"key": said.run_key, "on": said.partition_key}
    assert isinstance(said, dg.SkipReason)
    return {"skipped": said.skip_message}


if __name__ == "__main__":
    told: dict[str, Any] = {"workspace": workspace(), "schedule": schedule(), "sensor": []}
    for line in sys.stdin:
        os.environ.update(json.loads(line))
        told["sensor"].append(sensor())
    sys.stdout.write(json.dumps(told))
