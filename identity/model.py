"""The model that says how likely two records are one person: Fellegi and Sunter's, as Splink computes it.

Belongs here: the model's file, and comparing pairs by it. Not here: which pairs (blocks.py), what follows (edges.py), training
(training.py). Formula: the odds of a match are the prior odds times m/u of the level seen in each comparison (Fellegi and
Sunter 1969), with u replaced by the value's own frequency where the file has one.
A file never changes once it is in use; training writes another. So more data alone never changes an old answer.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from identity.bound import condition_of, may_reach

_FOLDER = Path(__file__).resolve().parent
SHIPPED = _FOLDER / "models" / "shipped-1.json"
COMPARISONS = _FOLDER / "comparisons.yml"
# the columns of `records` as the comparisons name them
COMPARED = (
    "no as unique_id, name, name_words, name_letters, replace(cast(birth_date as varchar), '-', '') as birth, id_number, mobile,"
    " email, split_part(email, '@', 1) as email_name, address, city, gender"
)
_ROUNDED = 1e-6  # probabilities are kept to six places, and compared so with the limits
_CHUNK = 2_000_000  # pairs compared at a time, which bounds memory


class ModelError(ValueError):
    """A model's file cannot be used. The message names it and the mend."""


@dataclass(frozen=True)
class Model:
    """A model: its version, the prior, m and u by comparison and level, and how frequent values are."""

    version: str
    prior: float
    levels: Mapping[str, Mapping[str, tuple[float, float]]]
    frequencies: Mapping[str, Mapping[str, float]]


@cache
def comparisons() -> list[dict[str, Any]]:
    """The entries of comparisons.yml."""
    entries: list[dict[str, Any]] = yaml.safe_load(COMPARISONS.read_text(encoding="utf-8"))["comparisons"]
    return entries


def expert() -> Model:
    """The model as the experts' values have it, before any training."""
    document = yaml.safe_load(COMPARISONS.read_text(encoding="utf-8"))
    levels = {each["column"]: {level["level"]: (level["m"], level["u"]) for level in each["levels"]} for each in comparisons()}
    return Model(f"expert-{document['version']}", float(document["prior"]), levels, {})


def load(path: Path) -> Model:
    """A model's file. Errors: ModelError, when it is no model, or of other comparisons than comparisons.yml."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        levels = {
            column: {level: (float(pair["m"]), float(pair["u"])) for level, pair in named.items()}
            for column, named in document["levels"].items()
        }
        model = Model(str(document["version"]), float(document["prior"]), levels, document["frequencies"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{path} is no model ({type(error).__name__}): train one with `make train-identity TO={path}`"
        ) from error
    wanted = {each["column"]: [level["level"] for level in each["levels"]] for each in comparisons()}
    if {column: list(named) for column, named in levels.items()} != wanted:
        raise ModelError(f"{path} was trained for other comparisons than identity/comparisons.yml has: train it anew")
    return model


def save(model: Model, path: Path) -> None:
    """Writes a model's file, whole or not at all. Errors: FileExistsError, for a model never changes once it may be in use."""
    if path.exists():
        raise FileExistsError(f"{path} exists, and a model in use never changes: choose another name")
    levels = {
        column: {level: {"m": m, "u": u} for level, (m, u) in named.items()} for column, named in model.levels.items()
    }  # fmt: skip
    document = {"version": model.version, "prior": model.prior, "levels": levels, "frequencies": model.frequencies}
    draft = path.with_name(f".{path.name}")
    draft.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


def _level(column: str, level: Mapping[str, Any], model: Model) -> dict[str, Any]:
    m, u = model.levels[column][level["level"]]
    condition = condition_of(level) if "when" in level else "ELSE"
    settings: dict[str, Any] = {
        "sql_condition": condition, "label_for_charts": level["level"], "m_probability": m, "u_probability": u,
    }  # fmt: skip
    if level.get("by_frequency") and model.frequencies.get(column):
        settings |= {"tf_adjustment_column": column, "tf_adjustment_weight": 1.0}
    return settings


def splink_settings(model: Model) -> dict[str, Any]:
    """The model as Splink's settings."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": model.prior,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": False,
        "blocking_rules_to_generate_predictions": [],
        "comparisons": [
            {
                "output_column_name": each["column"],
                "comparison_levels": [
                    {
                        "sql_condition": f"{each['column']}_l is null or {each['column']}_r is null",
                        "label_for_charts": "unknown",
                        "is_null_level": True,
                    },
                    *[_level(each["column"], level, model) for level in each["levels"]],
                ],
            }
            for each in comparisons()
        ],
    }


def _evidence() -> str:
    """SQL for what was compared and how it looked, in words without values: Splink numbers levels from the last, which is 0."""
    parts = []
    for each in comparisons():
        column, labels = each["column"], [level["level"] for level in each["levels"]]
        named = {"birth": "birth date", "id_number": "identity number"}.get(column, column)
        whens = " ".join(f"when {len(labels) - 1 - place} then '{named} {label}'" for place, label in enumerate(labels))
        parts.append(f"case gamma_{column} {whens} end")
    return f"concat_ws('; ', {', '.join(parts)})"


def score(connection: duckdb.DuckDBPyConnection, model: Model, *, at_least: float) -> None:
    """Makes `scored` (a, b, probability, evidence): the pairs of `candidates` whose probability is `at_least` so high."""
    connection.execute("create or replace temp table scored (a bigint, b bigint, probability double, evidence varchar)")
    home = (connection.execute("select current_database()").fetchone() or ("",))[0]
    # Splink makes tables of its own: they go into a database in memory, not into the warehouse's file
    connection.execute("attach if not exists ':memory:' as comparing; use comparing")
    try:
        chunks = -(-_find_likely(connection, model, at_least - _ROUNDED) // _CHUNK)
        for chunk in range(chunks):
            _score_chunk(connection, model, at_least, f"hash(a) % {chunks} = {chunk}")
    finally:
        connection.execute(f"use {home}; detach comparing")


def _find_likely(connection: duckdb.DuckDBPyConnection, model: Model, least: float) -> int:
    """Makes `likely` (a, b), those of `candidates` that may be so probable, and `compared`, their records; counts the pairs."""
    connection.execute(
        f"""
        create table likely as
        with compared as materialized (
            select {COMPARED} from temp.records
            semi join (select a as no from temp.candidates union select b from temp.candidates) as wanted using (no)
        )
        select unique_id_l as a, unique_id_r as b from temp.candidates
        inner join (select columns('(.*)') as '\\1_l' from compared) on unique_id_l = candidates.a
        inner join (select columns('(.*)') as '\\1_r' from compared) on unique_id_r = candidates.b
        where {may_reach(model, comparisons(), least)};
        create table compared as
        select {COMPARED} from temp.records
        semi join (select a as no from likely union select b from likely) as wanted using (no);
        """
    )
    return int((connection.execute("select count(*) from likely").fetchone() or (0,))[0])


def _score_chunk(connection: duckdb.DuckDBPyConnection, model: Model, at_least: float, which: str) -> None:
    from splink import DuckDBAPI, Linker  # costs half a second, which most commands need not pay

    connection.execute(
        f"create or replace table pairs as select '0' as match_key, a as join_key_l, b as join_key_r from likely where {which}"
    )
    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection)
    linker = Linker(api.register("compared"), splink_settings(model), log_level=None, validate_settings=False)
    for column, known in model.frequencies.items():
        connection.execute(f"create or replace table frequencies_{column} ({column} varchar, tf_{column} double)")
        connection.execute(f"insert into frequencies_{column} select unnest($1), unnest($2)", [list(known), list(known.values())])
        linker.table_management.register_term_frequency_lookup(api.register(f"frequencies_{column}"), column)
    linker.table_management.register_blocked_pairs_for_predict(api.register("pairs"))
    found = linker.inference.predict(threshold_match_probability=max(at_least - _ROUNDED, 0), warning_mode="never")
    connection.execute(
        "insert into temp.scored select least(unique_id_l, unique_id_r), greatest(unique_id_l, unique_id_r),"
        f" round(match_probability, 6), {_evidence()} from {found.physical_name} where round(match_probability, 6) >= {at_least}"
    )
    linker.table_management.invalidate_cache()
