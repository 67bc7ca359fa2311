"""Identity resolution, from the landed records to customers: the order of its steps.

Belongs here: that order, and the limits it keeps to. Not here: any step (the neighbours), when it runs (assets/identity.py).
The same records, rules, model and history give the same customers, however often and in which order they came.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path

import duckdb

from foundation.settings import Settings
from identity import history, known
from identity.blocks import find_candidates
from identity.clusters import CoreDuplicates, Limits, resolve_clusters
from identity.collect import collect, number_records
from identity.concerned import find_concerned
from identity.edges import gather, hear
from identity.ids import assign
from identity.keys import IN_RAW_FILES
from identity.known import described, hash_of
from identity.model import Model, comparisons, score
from identity.outcome import write_outcome
from identity.rulebook import Rulebook
from identity.values import dictionary

_VERSION = "5"  # of what is made of pairs and rules: another, and everybody is put together again


@dataclass(frozen=True)
class Bounds:
    """The settings of identity resolution."""

    region: str
    accept: float
    review: float
    margin: float
    junk_records: int
    block_records: int
    cluster_records: int
    core_duplicates: CoreDuplicates

    @classmethod
    def of(cls, settings: Settings) -> Bounds:
        """What the settings say about identities."""
        return cls(
            region=settings.identity_country,
            accept=settings.identity_accept,
            review=settings.identity_review,
            margin=settings.identity_margin,
            junk_records=settings.identity_junk_records,
            block_records=settings.identity_block_records,
            cluster_records=settings.identity_cluster_records,
            core_duplicates=settings.identity_core_duplicates,
        )


@dataclass(frozen=True)
class Resolved:
    """What one resolution did; of its time, the seconds that comparing the pairs took."""

    records: int
    changed: int
    pairs: int
    customers: int
    merges: int
    splits: int
    comparing_seconds: float


def _arrivals(landings: Mapping[str, str]) -> str:
    """SQL for when each record `asked` for landed first: as the history has it, and as the raw files say of newer ones."""
    parts = [
        "select record_source, record_id, strptime(left(rank, 8), '%Y%m%d')::date as landed_on from assignments"
        " semi join asked using (record_source, record_id)"
    ]
    parts += [
        f"select '{source}', {IN_RAW_FILES[source]} as named, min(_landed_on) from ({rows}) where not _deleted group by named"
        for source, rows in landings.items()
    ]
    return f"select record_source, record_id, min(landed_on) as landed_on from ({' union all '.join(parts)}) group by all"


def _compared_by(rules: Rulebook, bounds: Bounds, model: Model) -> str:
    """What pairs rest on: whenever it changes, all are compared again."""
    return described(
        {
            "rules": hash_of((rules.blocks, rules.rare_blocks, rules.junk)),
            "model": f"{model.version} {hash_of((model, comparisons()))}",
            "region": bounds.region,
            "least": min(bounds.review, bounds.accept),
            "junk": bounds.junk_records,
            "blocks": bounds.block_records,
        }
    )


def _judged_by(rules: Rulebook, bounds: Bounds) -> str:
    """What the outcome rests on beside these: whenever it changes, everybody is put together again."""
    return described({"rules": hash_of((rules.exact, rules.asked, rules.apart)), "bounds": hash_of(bounds), "version": _VERSION})


def load_libraries_ahead() -> None:
    """Loads the libraries that `resolve` will need beside what the caller does till then: half a second of Python."""
    threading.Thread(target=_load_libraries, daemon=True).start()


def _load_libraries() -> None:
    with suppress(ImportError):  # is told where they are needed
        dictionary()
        import_module("splink")


def resolve(
    connection: duckdb.DuckDBPyConnection,
    *,
    on: date,
    folder: Path,
    counted: Collection[date],
    landings: Mapping[str, str],
    rules: Rulebook,
    model: Model,
    bounds: Bounds,
) -> Resolved:
    """Brings schema `resolution`, the vault's `identity` and the history's folder of a date to what the landed records say.

    `counted`: the dates whose history holds, this one among them where it is run again; `landings`: by record source, SQL for
    the rows of raw files in which records may have landed for the first time: its key's columns (keys.py), _landed_on, _deleted.
    """
    known.prepare(connection, region=bounds.region, basis=_compared_by(rules, bounds, model))
    judged_by, token = _judged_by(rules, bounds), known.new_token()
    dates = history.before(folder, on, counted)
    is_settled = known.is_settled(connection, basis=judged_by, dates=dates, written=history.digest(folder, dates))
    is_whole, as_applied = not is_settled, known.applied(connection)
    again = [on] if on in counted and on in history.dates(folder) else []
    history.show(connection, folder, dates, again=again, is_held=is_settled)
    collect(
        connection, rules, region=bounds.region, junk_records=bounds.junk_records,
        is_whole=is_whole or not known.are_changes_held(connection),
    )  # fmt: skip
    number_records(connection, _arrivals(landings), is_whole=is_whole)
    changed = _count(connection, "fresh where is_changed")
    pairs = find_candidates(connection, rules, bounds.block_records)
    began = time.perf_counter()
    score(connection, model, at_least=min(bounds.review, bounds.accept))
    comparing = time.perf_counter() - began
    known.keep(connection)
    hear(connection)
    find_concerned(connection, rules, accept=bounds.accept, is_whole=is_whole)
    gather(connection, rules, accept=bounds.accept, margin=bounds.margin)
    resolve_clusters(connection, Limits(bounds.cluster_records, bounds.core_duplicates))
    assign(connection, on, since=max((each for each in counted if each < on), default=None))
    write_outcome(connection, on=on, review=bounds.review, is_whole=is_whole, token=token)
    history.write(connection, folder, on)
    known.settle(
        connection, known.Settled(judged_by, on, dates, token, as_applied, history.digest(folder, [on])), is_whole=is_whole
    )
    records, customers = connection.execute("select records, customers from resolution.run").fetchone() or (0, 0)
    merges, splits = (_count(connection, f"new_changes where change = '{change}'") for change in ("merge", "split"))
    return Resolved(records, changed, pairs, customers, merges, splits, comparing)


def _count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    return int((connection.execute(f"select count(*) from {rows}").fetchone() or (0,))[0])
