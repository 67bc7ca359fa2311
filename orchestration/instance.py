"""Dagster's own home: made ready before the first run, telling nobody anything.

Belongs here: dagster.yaml and the environment that children inherit. Not here: what runs (jobs.py).
"""

from __future__ import annotations

import os
from pathlib import Path

from foundation.home import Home

_CONFIG = """\
# Written by the commands; runs go one at a time, as the home's lock demands.
telemetry: {enabled: false}
nux: {enabled: false}
concurrency:
  runs: {max_concurrent_runs: 1}
# one file for all runs' events, written in batches: a range in one run records an event per asset and date
event_log_storage:
  module: orchestration.event_log
  class: BatchedSqliteEventLogStorage
  config: {base_dir: {env: DAGSTER_HOME}}
run_monitoring: {enabled: true, start_timeout_seconds: 300}
"""
_ENVIRONMENT = {
    "DAGSTER_EVENT_BATCH_SIZE": "1000",
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
}


def prepare_instance(home: Home) -> Path:
    """Writes dagster.yaml where it is not as it should be, and points this process and its children at it."""
    home.dagster.mkdir(parents=True, exist_ok=True)
    config = home.dagster / "dagster.yaml"
    if not config.exists() or config.read_text(encoding="utf-8") != _CONFIG:
        config.write_text(_CONFIG, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ.update(_ENVIRONMENT)
    return home.dagster
