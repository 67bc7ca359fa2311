"""The daemon's watch: on from the start, it tells of a failed run without quoting it, and leaves the demo bank alone."""

from __future__ import annotations

import json
import sqlite3

import dagster as dg
import pytest

from foundation.settings import load_settings


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("C360_HOME", str(tmp_path))
    monkeypatch.delenv("C360_LANDING", raising=False)
    load_settings.cache_clear()
    yield tmp_path
    load_settings.cache_clear()


def test_a_run_that_failed_is_told_of_once_by_step_and_kind_of_error_and_not_by_its_text(home):
    from assets.partitions import PARTITION
    from orchestration.alert_sensors import failure_alert

    @dg.op
    def breaks() -> None:
        raise ValueError("a value of somebody's row")

    @dg.job
    def daily() -> None:
        breaks()

    with dg.DagsterInstance.ephemeral() as instance:
        quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        result = daily.execute_in_process(
            instance=instance, raise_on_error=False, tags={PARTITION: "2026-01-05"}, run_config=quiet
        )
        context = dg.build_run_status_sensor_context(
            sensor_name="failure_alert",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=next(event for event in result.all_events if event.event_type is dg.DagsterEventType.RUN_FAILURE),
        ).for_run_failure()
        for _ in range(2):
            failure_alert(context)
    with sqlite3.connect(home / "control.sqlite") as connection:
        ((kind, body),) = connection.execute("select kind, body from alerts").fetchall()
    assert kind == "run.failed"
    told = json.loads(body)["data"]
    assert (told["job"], told["dates"], told["steps"]) == ("daily", "2026-01-05", [{"step": "breaks", "error": "ValueError"}])
    assert "somebody" not in body


def test_the_demo_bank_and_a_bank_that_never_landed_are_never_late_and_nothing_is_written(home):
    from orchestration.alert_sensors import lateness_alert

    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance)
        assert lateness_alert(context).skip_message == "nothing is late"
        assert list(home.iterdir()) == []
        (home / "demo").mkdir()
        assert lateness_alert(context).skip_message == "the demo bank lands when it is asked to"


def test_both_sensors_are_on_from_the_start():
    from orchestration.alert_sensors import failure_alert, lateness_alert

    assert {sensor.default_status for sensor in (failure_alert, lateness_alert)} == {dg.DefaultSensorStatus.RUNNING}
