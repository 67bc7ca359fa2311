"""Sets with a known truth, through the code path of a bank's own records."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from benchmarks.linkage.against import ALONE, SHIPPED_MODEL, TRAINED_MODEL, Compared, compare
from benchmarks.linkage.sets import PublicSet, SetError, read_sets, show
from benchmarks.linkage.store import TakingInError


def _compared(one: PublicSet, data: Path, root: Path) -> Compared:
    return compare("a set", one, data, root, lambda _: None)


@pytest.mark.slow
def test_a_set_that_a_mapping_describes_is_linked_both_ways(people: PublicSet, drawn: Path, tmp_path: Path) -> None:
    compared = _compared(people, drawn, tmp_path)
    assert compared.records == 600
    for way in (SHIPPED_MODEL, TRAINED_MODEL, ALONE):
        accuracy = compared.found[way].accuracy
        assert accuracy is not None
        assert accuracy.true_pairs == 300
    for way in (SHIPPED_MODEL, TRAINED_MODEL):
        accuracy = compared.found[way].accuracy
        assert accuracy is not None
        assert accuracy.precision >= 0.995
        assert accuracy.recall >= 0.9


def test_a_set_too_small_to_train_on_says_so_beside_its_other_figures(people: PublicSet, drawn: Path, tmp_path: Path) -> None:
    lines = (drawn / "people.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "people.csv").write_text("\n".join(lines[:9]), encoding="utf-8")
    (tmp_path / "home").mkdir()
    compared = _compared(people.model_copy(update={"splink": None}), tmp_path, tmp_path / "home")
    assert compared.found[SHIPPED_MODEL].accuracy is not None
    assert compared.found[TRAINED_MODEL].accuracy is None
    assert "too little to train on" in compared.found[TRAINED_MODEL].says
    assert ALONE not in compared.found  # its entry says nothing of Splink


def test_a_record_that_the_intake_refuses_stops_the_figures(people: PublicSet, drawn: Path, tmp_path: Path) -> None:
    nameless = people.model_copy(update={"record": "nullif(key, 'a7')"})
    with pytest.raises(TakingInError, match=r"third_party\.people of 2025-01-01 was not taken in whole"):
        _compared(nameless, drawn, tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sets: {a: {file: x.csv, record: k, person: p, people: {surname: s}}}", "a.people.surname"),
        ("sets: {a: {file: x.csv, record: k, person: p, people: {}}}", "a.people"),
        ("sets: {a: {file: x.csv, record: k, people: {city: c}}}", "a.person"),
        ("tables: {}", "no mapping of sets"),
        ("[1", "no mapping of sets"),
    ],
)
def test_a_wrong_mapping_is_refused_by_its_place(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "sets.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SetError, match=told):
        read_sets(tmp_path / "sets.yml")


def test_a_file_that_is_not_there_is_named(people: PublicSet, tmp_path: Path) -> None:
    with duckdb.connect() as connection, pytest.raises(SetError, match=r"people\.csv cannot be read as its entry says"):
        show(connection, people, tmp_path)


def test_febrl_1_is_linked_without_a_fault_by_a_model_trained_on_it(public_data: Path, tmp_path: Path) -> None:
    compared = _compared(read_sets()["febrl_1"].model_copy(update={"splink": None}), public_data, tmp_path)
    trained, shipped = compared.found[TRAINED_MODEL].accuracy, compared.found[SHIPPED_MODEL].accuracy
    assert compared.records == 1_000
    assert trained is not None
    assert shipped is not None
    assert trained.f1 == 1.0
    assert shipped.precision == 1.0
    assert shipped.f1 >= 0.995
