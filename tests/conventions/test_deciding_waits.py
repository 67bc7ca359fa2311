"""Nobody is decided for before gate 2 has judged the profile, whichever models the strategies' entries read."""

from __future__ import annotations

from dagster._core.execution.api import create_execution_plan


def test_deciding_waits_for_gate_2() -> None:
    from orchestration.definitions import defs

    plan = create_execution_plan(defs().get_repository_def().get_job("daily"))
    assert "gate_2" in plan.get_step_by_key("deciding").get_execution_dependency_keys()
