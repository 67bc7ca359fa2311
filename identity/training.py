"""Trains a model on a bank's own records, into a new file.

Belongs here: what training estimates, and how far experts' values keep their say. Not here: using a model (model.py), the
command (orchestration/identity_training.py). How pairs of two persons look (u) is counted on random pairs; how pairs of one
person look (m), and how many there are, is estimated by expectation maximisation over the pairs that blocking finds, as
Splink does it. Each m is then mixed with the expert's, so that a level that the data never shows is not ruled out for ever.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb

from identity.blocks import COMPARABLE
from identity.model import COMPARED, Model, expert, score, splink_settings

EXPERT_SHARE = 0.1
_RANDOM_PAIRS = 2_000_000
_SEED = 20_250_101
_FREQUENT = 2_000  # so many of the most frequent values of a column are kept with their frequency
_LEAST_U = 1e-9
_LEAST_PAIRS = 20
_PRIOR_ROUNDS = 3
_LEAST_PROBABILITY = 0.01


class TrainingError(ValueError):
    """There is too little to learn from. The message says what."""


# each session looks at pairs that agree in some columns, and learns of all others
SESSIONS = (
    "l.name_words = r.name_words and substr(l.birth, 1, 4) = substr(r.birth, 1, 4)",
    "l.birth = r.birth and l.city = r.city",
    "l.id_number = r.id_number",
    "l.mobile = r.mobile",
    "l.email = r.email",
)


def _mixed(
    learned: Mapping[str, tuple[float, float]], experts: Mapping[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    """An m that keeps the experts' share, and u as learned, neither of them nought."""
    mixed = {}
    for level, (m, u) in experts.items():
        own_m, own_u = learned.get(level, (m, u))
        mixed[level] = (own_m * (1 - EXPERT_SHARE) + m * EXPERT_SHARE, max(own_u, _LEAST_U))
    whole = sum(m for m, _ in mixed.values())
    return {level: (round(m / whole, 9), float(f"{u:.6g}")) for level, (m, u) in mixed.items()}


def _learned(document: Mapping[str, Any]) -> dict[str, dict[str, tuple[float, float]]]:
    """What Splink estimated, by comparison and level; levels that it never saw are left out."""
    return {
        each["output_column_name"]: {
            level["label_for_charts"]: (level["m_probability"], level["u_probability"])
            for level in each["comparison_levels"]
            if level.get("m_probability") is not None and level.get("u_probability") is not None
        }
        for each in document["comparisons"]
    }


def _sessions(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The sessions that have pairs to learn from."""
    found = []
    for rule in SESSIONS:
        pairs = connection.execute(
            f"select count(*) from training as l inner join training as r on {rule} and l.unique_id < r.unique_id"
        ).fetchone()
        if pairs and pairs[0] >= _LEAST_PAIRS:
            found.append(rule)
    return found


def _estimate_m(linker: Any, sessions: Sequence[str]) -> None:
    """Each session's m. Where its pairs leave no doubt who is one person, they leave no share to estimate either: the levels that
    never occur shrink until Splink refuses their m, and what other sessions or the experts say stands."""
    for rule in sessions:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        except ValueError as error:
            if "below the minimum allowed" not in str(error):
                raise


def _frequencies(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, float]]:
    rows = connection.execute(
        "select name, count(*) / sum(count(*)) over () as share from training where name is not null"
        f" group by name having count(*) > 1 order by count(*) desc, name limit {_FREQUENT}"
    ).fetchall()
    return {"name": {name: float(f"{share:.4g}") for name, share in rows}}


def train(connection: duckdb.DuckDBPyConnection, version: str) -> Model:
    """A model of what `records` and `candidates` (training_room.py) look like.

    Errors: TrainingError, where there is too little to learn from.
    """
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    home = (connection.execute("select current_database()").fetchone() or ("",))[0]
    connection.execute("attach if not exists ':memory:' as training_room; use training_room")
    try:
        connection.execute(f"create table training as select {COMPARED} from temp.records where {COMPARABLE} order by no")
        sessions = _sessions(connection)
        if not sessions:
            raise TrainingError(f"no {_LEAST_PAIRS} pairs of records agree in anything: there is too little to train on")
        start = expert()
        api = DuckDBAPI(connection)
        linker = Linker(api.register("training"), splink_settings(start), log_level=None, validate_settings=False)
        linker.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=_SEED)
        _estimate_m(linker, sessions)
        learned = _learned(linker.misc.save_model_to_json())
        levels = {column: _mixed(learned.get(column, {}), experts) for column, experts in start.levels.items()}
        model = Model(version, start.prior, levels, _frequencies(connection))
    finally:
        connection.execute(f"use {home}; detach training_room")
    return replace(model, prior=_prior(connection, model))


def _prior(connection: duckdb.DuckDBPyConnection, model: Model) -> float:
    """How many of all pairs are of one person: what the model expects of the pairs that blocking found, until that settles."""
    records = int((connection.execute(f"select count(*) from records where {COMPARABLE}").fetchone() or (0,))[0])
    prior = model.prior
    for _ in range(_PRIOR_ROUNDS):
        score(connection, replace(model, prior=prior), at_least=_LEAST_PROBABILITY)
        matches = float((connection.execute("select coalesce(sum(probability), 0) from scored").fetchone() or (0,))[0])
        prior = max(matches, 1.0) / (records * (records - 1) / 2)
    return float(f"{prior:.4g}")
