"""`make fit-clusters` on a home that has a profile: a model that can be used, into a file of its own, and nothing else."""

from __future__ import annotations

from pathlib import Path

from day_kit import copy_of, query, run, succeed
from day_scenes import Lived

from clustering.model import load


def test_the_command_writes_a_model_of_the_homes_customers_and_never_over_another(first_run: Lived, tmp_path: Path) -> None:
    home, target = copy_of(first_run.home, tmp_path / "home"), tmp_path / "spring.json"
    said = succeed(home, "fit-clusters", "--to", str(target)).output
    model = load(target)
    assert model.version == "spring"
    assert 0 < model.rows <= query(home, "select count(*) from marts.customers_360")[0][0]
    for each in model.clusters:
        assert f"{each.code} " in said
        assert each.name_zh in said
    assert f"C360_CLUSTER_MODEL={target}" in said.replace("\n", "")
    written = target.read_bytes()
    again = run(home, "fit-clusters", "--to", str(target))
    assert again.code == 1
    assert "a model in use never changes: choose another name" in again.output
    assert target.read_bytes() == written
