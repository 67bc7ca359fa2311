"""Identity resolution, from the landed records to customers: the order of its steps.

Belongs here: that order, and the limits it keeps to. Not here: any step (the neighbours), when it runs (assets/identity.py).
The same records, rules, model and history give the same customers, however often and in which order they came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from foundation.settings import Settings
from identity import history, known
from identity.clusters import CoreDuplicates, Limits, resolve_clusters
from identity.edges import gather
from identity.ids import assign
from identity.model import Model, comparisons, score
from identity.outcome import write_outcome
from identity.rulebook import Rulebook


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
    """What one resolution did."""

    records: int
    changed: int
    pairs: int
    customers: int
    merges: int
    splits: int


# where the first landing of a record is looked up: its key in the raw files
_KEYS = {
    "core_banking.customers": "customer_no",
    "app.users": "app_user_id",
    "third_party.people": "concat_ws(':', provider, record_id)",
    "third_party.companies": "credit_code",
}


def _arrivals(files: Mapping[str, Sequence[Path]]) -> str:
    """SQL for when each record landed first: as the history has it, and as the raw files say of newer ones."""
    parts = [
        "select record_source, record_id, min(strptime(left(rank, 8), '%Y%m%d')::date) as landed_on from assignments"
        " group by record_source, record_id"
    ]
    for source, key in _KEYS.items():
        listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files.get(source, ()))
        if listed:
            parts.append(
                f"select '{source}', {key}, min(_landed_on) from read_parquet([{listed}], union_by_name => true)"
                f" where not _deleted group by {key}"
            )
    return f"select record_source, record_id, min(landed_on) as landed_on from ({' union all '.join(parts)}) group by all"


def _basis(rules: Rulebook, bounds: Bounds, model: Model) -> str:
    kept: dict[str, object] = {
        "least": min(bounds.review, bounds.accept),
        "junk": bounds.junk_records,
        "blocks": bounds.block_records,
    }
    told = {"rules": hash_of((rules.blocks, rules.junk)), "model": f"{model.version} {hash_of((model, comparisons()))}"}
    return known.describe({**told, "region": bounds.region, **kept})


def hash_of(basis: object) -> str:
    """What tells one model from another, whatever they call themselves; rules likewise."""
    return hashlib.sha256(repr(basis).encode()).hexdigest()[:16]


def resolve(
    connection: duckdb.DuckDBPyConnection,
    *,
    on: date,
    folder: Path,
    counted: Collection[date],
    files: Mapping[str, Sequence[Path]],
    rules: Rulebook,
    model: Model,
    bounds: Bounds,
) -> Resolved:
    """Brings schema `resolution`, the vault's `identity` and the history's folder of a date to what the landed records say.

    `counted`: the dates whose history holds; `files`: raw files by table in which records may have landed for the first time.
    """
    known.prepare(connection, region=bounds.region, basis=_basis(rules, bounds, model))
    history.show(connection, folder, [each for each in counted if each < on])
    known.collect(connection, rules, region=bounds.region, junk_records=bounds.junk_records)
    known.number_records(connection, _arrivals(files))
    pairs = known.find_candidates(connection, rules, bounds.block_records)
    score(connection, model, at_least=min(bounds.review, bounds.accept))
    known.keep(connection)
    gather(connection, rules, accept=bounds.accept, margin=bounds.margin)
    parted = resolve_clusters(connection, Limits(bounds.cluster_records, bounds.core_duplicates))
    assign(connection, on, since=max((each for each in counted if each < on), default=None))
    write_outcome(connection, on=on, review=bounds.review, parted=parted)
    history.write(connection, folder, on)
    figures = connection.execute(
        """
        select
            (select count(*) from records), (select count(*) from records where is_changed),
            (select customers from resolution.run),
            (select count(*) from new_changes where change = 'merge'), (select count(*) from new_changes where change = 'split')
        """
    ).fetchone() or (0, 0, 0, 0, 0)
    return Resolved(figures[0], figures[1], pairs, figures[2], figures[3], figures[4])
