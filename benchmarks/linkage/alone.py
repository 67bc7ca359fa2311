"""Splink used alone: over a set's own columns, trained on the set, by its documented settings.

Belongs here: what an entry of sets.yml says, as Splink's own settings. Not here: what identity/ makes of the same records
(against.py). Pairs count as Splink predicts them and, as customers must be, joined to clusters.
"""

from __future__ import annotations

import logging
from typing import Any

import duckdb

from benchmarks.linkage.sets import Alone, Comparison

ACCEPT = 0.5  # where a pair is likelier a match than not, as the tutorials cut
_RANDOM_PAIRS = 10_000_000
_SEED = 1


def _comparison(entry: Comparison) -> Any:
    from splink import comparison_library

    columns = [entry.column, *([entry.second] if entry.second else [])]
    made = getattr(comparison_library, entry.name)(*columns, **entry.options)
    return made.configure(term_frequency_adjustments=True) if entry.by_frequency else made


def link(connection: duckdb.DuckDBPyConnection, record: str, how: Alone) -> None:
    """Makes of `originals` the tables `pairs_alone` (a, b) and `clusters_alone` (record_id, customer_id)."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    connection.execute(f"create or replace table input_alone as select {record} as own_key, * from originals order by own_key")
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="own_key",
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in how.blocks],
        comparisons=[_comparison(entry) for entry in how.comparisons],
    )
    api = DuckDBAPI(connection)
    linker = Linker(api.register("input_alone"), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(list(how.sure), recall=how.recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=_SEED)
    for columns in how.sessions:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    found = linker.inference.predict(threshold_match_probability=ACCEPT, warning_mode="never")
    joined = linker.clustering.cluster_pairwise_predictions_at_threshold(found, threshold_match_probability=ACCEPT)
    connection.execute(
        f"create or replace table pairs_alone as select own_key_l as a, own_key_r as b from {found.physical_name};"
        "create or replace table clusters_alone as"
        f" select own_key as record_id, cluster_id as customer_id from {joined.physical_name}"
    )
