"""A landing folder taken in as a run takes it in, up to the point where identities are resolved.

Belongs here: intake and applying, without gates, Dagster and dbt. Not here: what landed (linkage_sets.py, linkage_scale.py),
resolving it (linkage.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import duckdb

from foundation.contract import landing_table, landing_tables
from foundation.home import Home
from integrations.sources.file_drop.scan import scan
from integrations.sources.file_drop.write import ingest
from integrations.warehouse.apply import Accepted, apply_batches, forget_changes
from integrations.warehouse.connection import warehouse

_TIME_ZONE = "UTC"
_HASH_KEY = "of a benchmark"


class TakingInError(RuntimeError):
    """A landing folder was not taken in whole. The message says which table and why."""


@contextmanager
def taken_in(home: Home, last: date) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of a home, with all that landed up to a date. Errors: TakingInError, where a row was refused: figures over
    some of the records would say nothing."""
    results = ingest(scan(home.landing, landing_tables(), date.min, last), home, time_zone=_TIME_ZONE)
    for result in results:
        if result.error or result.rows_quarantined:
            reasons = result.error or ", ".join(f"{reason} {count}" for reason, count in result.reasons.items())
            raise TakingInError(f"{result.source}.{result.table} of {result.on} was not taken in whole: {reasons}")
    accepted = [
        Accepted(
            landing_table(f"{result.source}.{result.table}"),
            result.on,
            home.raw_batch(result.source, result.table, result.on),
            result.content_id,
        )
        for result in results
    ]
    with warehouse(home.warehouse, home.vault) as connection:
        apply_batches(connection, landing_tables(), accepted, hash_key=_HASH_KEY)
        yield connection
        forget_changes(connection, landing_tables())  # as where the marts are complete
