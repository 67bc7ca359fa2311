"""The workspace that Dagster loads: in seconds, touching no file, with every asset described, a sensor and a schedule."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from day_kit import FIRST, LIVE, NEXT, ROOT, copy_of, environment
from day_scenes import Lived

from foundation.contract import landing_tables

LAYERS = ["landing", "raw", "staging", "intermediate", "marts", "decisions", "published"]


@dataclass(frozen=True)
class Told:
    """What the child told, whether it wrote anything, and what it wrote to standard error."""

    workspace: dict[str, Any]
    schedule: dict[str, Any]
    sensor: dict[str, dict[str, Any]]
    home: Path
    err: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, bank: Path, first_run: Lived) -> Told:
    folder = tmp_path_factory.mktemp("workspace")
    untouched, known = folder / "untouched", folder / "known"
    known.mkdir()
    shutil.copy(first_run.home / "control.sqlite", known)
    partly = copy_of(bank, folder / "partly")
    shutil.rmtree(partly / "core_banking" / "transactions" / str(NEXT))
    arrives = {"C360_LANDING_QUIET_SECONDS": "0"}
    cases = {
        "nothing has landed": {"C360_HOME": str(untouched), **arrives},
        "the first date": {"C360_HOME": str(untouched), "C360_LANDING": str(bank), **arrives},
        "still changing": {"C360_HOME": str(untouched), "C360_LANDING": str(bank), "C360_LANDING_QUIET_SECONDS": "1000000"},
        "the next date": {"C360_HOME": str(known), "C360_LANDING": str(bank), **arrives},
        "not complete": {"C360_HOME": str(known), "C360_LANDING": str(partly), **arrives},
        "nothing new": {"C360_HOME": str(known), "C360_LANDING": str(first_run.home / "landing"), **arrives},
    }
    ended = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("workspace_child.py"))],
        cwd=ROOT, env=environment(untouched, PYTHONPATH=str(ROOT), DAGSTER_DISABLE_TELEMETRY="1"), text=True, timeout=120,
        capture_output=True, check=True, input="".join(json.dumps(settings) + "\n" for settings in cases.values()),
    )  # fmt: skip
    answer = json.loads(ended.stdout)
    sensor = dict(zip(cases, answer["sensor"], strict=True))
    return Told(answer["workspace"], answer["schedule"], sensor, untouched, ended.stderr)


def test_loading_the_workspace_and_asking_its_sensor_writes_nothing(told: Told) -> None:
    assert not told.home.exists()
    assert told.err == ""


@pytest.mark.parametrize("what", ["description", "group", "owners", "kinds"])
def test_every_asset_has(told: Told, what: str) -> None:
    lacking = [
        key for key, node in told.workspace["assets"].items()
        if not node[what] and not (what == "kinds" and key == "control/run")
    ]  # fmt: skip
    assert lacking == []


def ancestors(assets: dict[str, Any], key: str) -> set[str]:
    """All that an asset rests on."""
    found: set[str] = set()
    todo = [key]
    while todo:
        parents = set(assets[todo.pop()]["parents"]) - found
        found |= parents
        todo += parents
    return found


def test_the_graph_reads_from_landing_to_activation(told: Told) -> None:
    assets = told.workspace["assets"]
    before = ancestors(assets, "activation/deliveries")
    assert {key.split("/")[0] for key in before} >= set(LAYERS)
    assert not {key.split("/")[0] for key in ancestors(assets, "marts/customers_360")} & {"decisions", "published", "activation"}
    tables = landing_tables()
    assert all(
        assets[f"raw/{table.source}/{table.name}"]["parents"] == [f"landing/{table.source}/{table.name}"] for table in tables
    )
    roots = {key for key, node in assets.items() if not node["parents"]}
    assert {f"landing/{table.source}/{table.name}" for table in tables} | {"control/run"} <= roots
    assert not {key.split("/")[0] for key in roots} & {"raw", "staging", "published", "activation"}
    of_entries = {"intermediate/int_cluster_words", "intermediate/int_moments_defined"}  # made of reviewed lists alone
    assert {key for key in roots if key.startswith("intermediate/")} == of_entries


def test_the_three_gates_are_checks_on_what_they_guard(told: Told) -> None:
    checks = told.workspace["checks"]
    assert {f"raw/{table.source}/{table.name}:gate_1" for table in landing_tables()} <= set(checks)
    assert {"marts/customers_360:gate_2", "decisions/list_entries:gate_3", "activation/deliveries:all_settled"} <= set(checks)


def test_steps_run_in_process(told: Told) -> None:
    assert told.workspace["jobs"] == dict.fromkeys(("daily", "history", "rebuild"), "in_process")


def test_the_schedule_asks_at_half_past_five_bank_time_for_the_day_before_once(told: Told) -> None:
    assert told.schedule == {"cron": "30 5 * * *", "zone": "Asia/Shanghai", "key": "2025-02-28", "on": "2025-02-28"}


def test_the_sensor_asks_for_the_first_date_that_landed(told: Told) -> None:
    assert told.sensor["the first date"] == {"key": str(FIRST), "on": str(FIRST)}


def test_the_sensor_asks_for_the_date_after_the_last_finished_one(told: Told) -> None:
    assert told.sensor["the next date"] == {"key": str(NEXT), "on": str(NEXT)}
    assert NEXT.toordinal() == LIVE.toordinal() + 1


@pytest.mark.parametrize("case", ["nothing has landed", "nothing new"])
def test_the_sensor_says_when_there_is_nothing_to_do(told: Told, case: str) -> None:
    assert told.sensor[case] == {"skipped": "nothing has landed after the last finished date"}


def test_the_sensor_waits_for_a_required_folder_and_names_it(told: Told) -> None:
    assert told.sensor["not complete"] == {"skipped": f"core_banking.transactions has no folder for {NEXT}"}


def test_the_sensor_waits_for_a_folder_that_still_changes(told: Told) -> None:
    assert "is still changing" in told.sensor["still changing"]["skipped"]
