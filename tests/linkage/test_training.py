"""Training a model on a home's own records: what it learns, what it leaves alone, what it refuses."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from foundation.home import Home
from foundation.settings import Settings
from identity.model import Model, ModelError, expert, load, save
from identity.resolve import Bounds
from identity.rulebook import rulebook
from identity.training import EXPERT_SHARE, TrainingError, train
from identity.training_room import training_room


@pytest.fixture(scope="module")
def bounds() -> Bounds:
    return Bounds.of(Settings())


def _trained(home: Home, bounds: Bounds) -> Model:
    with training_room(home.warehouse, home.vault, rulebook(), bounds) as room:
        return train(room, "bank-1")


@pytest.fixture(scope="module")
def trained(home: Home, bounds: Bounds) -> Model:
    return _trained(home, bounds)


@pytest.fixture
def room(home: Home, bounds: Bounds) -> Iterator[duckdb.DuckDBPyConnection]:
    with training_room(home.warehouse, home.vault, rulebook(), bounds) as connection:
        yield connection


def _hashes(home: Home) -> list[str]:
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in (home.warehouse, home.vault)]


def test_a_trained_model_is_loaded_as_it_was_saved(trained: Model, tmp_path: Path) -> None:
    save(trained, tmp_path / "bank-1.json")
    assert load(tmp_path / "bank-1.json") == trained


def test_a_trained_model_says_what_the_records_say(trained: Model) -> None:
    m, u = trained.levels["mobile"]["the same"]
    assert m > 100 * u
    # 300 pairs of 600 records are of one person
    assert 0.5 < trained.prior / (300 / (600 * 599 / 2)) < 1.5
    assert trained.levels != expert().levels


def test_experts_keep_their_share_of_every_level(trained: Model) -> None:
    for column, levels in expert().levels.items():
        own = trained.levels[column]
        assert sum(m for m, _ in own.values()) == pytest.approx(1)
        for level, (m, _) in levels.items():
            assert own[level][0] >= EXPERT_SHARE * m / 2, (column, level)  # a half: all are brought to a sum of 1
            assert own[level][1] > 0


def test_what_no_record_has_stays_as_the_experts_have_it(trained: Model) -> None:
    for level, values in expert().levels["id_number"].items():
        assert trained.levels["id_number"][level] == pytest.approx(values)


def test_too_few_records_are_refused(room: duckdb.DuckDBPyConnection) -> None:
    room.execute("delete from records where record_id not in ('public:a0', 'public:b0', 'public:a2', 'public:b2')")
    with pytest.raises(TrainingError, match="too little to train on"):
        train(room, "bank-1")


def test_a_model_of_other_comparisons_is_refused(trained: Model, tmp_path: Path) -> None:
    levels = {column: levels for column, levels in trained.levels.items() if column != "gender"}
    save(replace(trained, levels=levels), tmp_path / "bank-1.json")
    with pytest.raises(ModelError, match="trained for other comparisons"):
        load(tmp_path / "bank-1.json")


def _command(home: Home, to: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "train-identity", "--to", str(to)],
        env={"C360_HOME": str(home.root), "PATH": "/usr/bin:/bin", "COLUMNS": "200"}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_the_command_trains_the_same_model_again_once_and_leaves_the_home_as_it_was(
    home: Home, trained: Model, tmp_path: Path
) -> None:
    target, before = tmp_path / "bank-1.json", _hashes(home)
    done = _command(home, target)
    assert done.returncode == 0, done.stdout + done.stderr
    save(trained, tmp_path / "other.json")
    assert target.read_bytes() == (tmp_path / "other.json").read_bytes()
    assert f"C360_IDENTITY_MODEL={target}" in done.stdout
    assert "the same letters in another order or script" in done.stdout
    assert done.stderr == ""
    assert "max_pairs" not in done.stdout
    again = _command(home, target)
    assert again.returncode == 1
    assert "exists" in again.stdout
    assert target.read_bytes() == (tmp_path / "other.json").read_bytes()
    assert _hashes(home) == before
