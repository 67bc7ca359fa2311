"""The UI as a user starts it: it comes up with graph and checks, and ends with all that it started."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3
from day_kit import Command, Done, descendants, still_running

from foundation.contract import landing_tables

QUESTION = """
{
  workspaceOrError { ... on Workspace { locationEntries { loadStatus locationOrLoadError {
    __typename
    ... on PythonError { message }
    ... on RepositoryLocation { repositories { name jobs { name } schedules { name } sensors { name } } }
  } } } }
  assetNodes { assetKey { path } groupName isPartitioned hasAssetChecks }
}
"""


@dataclass(frozen=True)
class Seen:
    """What the UI answered, its home, its page and the sandbox's, the processes while it ran, and its end."""

    answer: dict[str, Any]
    home: Path
    page: str
    sandbox_page: str
    processes: list[int]
    done: Done


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    patience = urllib3.Retry(total=300, backoff_factor=0.1, backoff_max=0.3)
    home = tmp_path_factory.mktemp("ui") / "home"
    with (
        Command(home, "ui") as command,
        urllib3.PoolManager(retries=patience, timeout=30) as http,
    ):
        command.until("Ctrl-C")
        dagster, sandbox = re.findall(r"http://127\.0\.0\.1:\d+", command.output)
        answer = http.request("POST", f"{dagster}/graphql", json={"query": QUESTION}).json()
        page, sandbox_page = (http.request("GET", url).data.decode() for url in (dagster, sandbox))
        processes = descendants(command.process.pid)
        command.process.send_signal(signal.SIGTERM)
        yield Seen(answer["data"], home, page, sandbox_page, processes, command.finish())


def test_it_loads_the_workspace_with_its_jobs_schedule_and_sensor(seen: Seen) -> None:
    [entry] = seen.answer["workspaceOrError"]["locationEntries"]
    assert entry["loadStatus"] == "LOADED"
    assert "message" not in entry["locationOrLoadError"], entry["locationOrLoadError"]["message"]
    [repository] = entry["locationOrLoadError"]["repositories"]
    names = {kind: [thing["name"] for thing in repository[kind]] for kind in ("jobs", "schedules", "sensors")}
    assert {"daily", "history"} <= set(names["jobs"])
    assert names["schedules"] == ["nightly"]
    assert "landing_complete" in names["sensors"]


def test_it_shows_the_graph_with_partitions_and_checks(seen: Seen) -> None:
    nodes = {"/".join(node["assetKey"]["path"]): node for node in seen.answer["assetNodes"]}
    raw = [nodes[f"raw/{table.source}/{table.name}"] for table in landing_tables()]
    assert all(node["isPartitioned"] and node["hasAssetChecks"] for node in raw)
    assert {"published/customers_360", "activation/deliveries", "reports/daily_summary", "marts/customers_360"} <= set(nodes)


def test_both_pages_answer(seen: Seen) -> None:
    assert "<html" in seen.page
    assert "<html" in seen.sandbox_page


def test_sigterm_ends_it_and_everything_that_it_started(seen: Seen) -> None:
    assert seen.done.code == 0, seen.done.output
    assert "Traceback" not in seen.done.output
    assert len(seen.processes) >= 3
    assert still_running(seen.processes) == []


def test_it_leaves_a_log_of_each_and_no_note_behind(seen: Seen) -> None:
    assert {path.name for path in (seen.home / "logs").iterdir()} >= {"webserver.log", "daemon.log", "sandbox.log"}
    assert not (seen.home / "run.holder.json").exists()
