"""One set of records by identity/ as a bank's are, and by Splink alone, counted alike.

Belongs here: the order of the steps, their time, the counting. Not here: drawing (tables.py). Each set has a home of its own: it
lands, is taken in and applied, and is resolved under default settings; trained means by `make train-identity`'s own training.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.linkage import alone
from benchmarks.linkage.sets import PROVIDER, Alone, PublicSet, land, show
from benchmarks.linkage.store import taken_in
from foundation.home import Home
from foundation.settings import Settings
from identity.accuracy import ALL, Accuracy, measure
from identity.model import SHIPPED, Model, load
from identity.resolve import Bounds, resolve
from identity.rulebook import rulebook
from identity.training import TrainingError, train
from identity.training_room import training_room
from integrations.warehouse.connection import warehouse

SHIPPED_MODEL, TRAINED_MODEL, ALONE, ALONE_PAIRS = "shipped model", "trained", "Splink alone", "its pairs unjoined"
ON = date(2025, 1, 1)
_SOURCE = "third_party.people"


@dataclass(frozen=True)
class Found:
    """How right one way was on a set, and how long it took; `says` why there are no figures."""

    accuracy: Accuracy | None
    seconds: float
    says: str = ""


@dataclass(frozen=True)
class Compared:
    """One set: its records, and what each way made of them."""

    name: str
    records: int
    found: dict[str, Found]


def compare(name: str, one: PublicSet, data: Path, root: Path, tell: Callable[[str], None]) -> Compared:
    """Everything about one set, in an empty folder. Errors: SetError, TakingInError."""
    home, settings = Home(root=root, landing=root / "landing"), Settings()
    found: dict[str, Found] = {}
    with duckdb.connect() as original:
        show(original, one, data)
        records, truth = land(original, one, home), original.execute("from truth").to_arrow_table()
        tell(f"{name}: {SHIPPED_MODEL}")
        with taken_in(home, ON) as connection:
            found[SHIPPED_MODEL] = _timed(lambda: _resolve(connection, home, settings, load(SHIPPED), truth))
        tell(f"{name}: {TRAINED_MODEL}")
        found[TRAINED_MODEL] = _timed(lambda: _train_and_resolve(home, settings, truth))
        if one.splink is not None:
            tell(f"{name}: {ALONE}")
            how = one.splink
            found[ALONE] = _timed(lambda: _link_alone(original, one.record, how))
            found[ALONE_PAIRS] = Found(_unjoined(original), found[ALONE].seconds)
    return Compared(name, records, found)


def _timed(work: Callable[[], Accuracy]) -> Found:
    began = time.perf_counter()
    try:
        accuracy, says = work(), ""
    except TrainingError as error:
        accuracy, says = None, str(error)
    return Found(accuracy, time.perf_counter() - began, says)


def _measured(connection: duckdb.DuckDBPyConnection, truth: pa.Table) -> Accuracy:
    connection.register("truth_of_set", truth)
    (whole, *_), _ = measure(connection, f"select '{_SOURCE}' as record_source, record_id, person_id from truth_of_set")
    connection.unregister("truth_of_set")
    return whole


def _resolve(connection: duckdb.DuckDBPyConnection, home: Home, settings: Settings, model: Model, truth: pa.Table) -> Accuracy:
    resolve(
        connection, on=ON, folder=home.identity, counted=[], landings={}, rules=rulebook(), model=model,
        bounds=Bounds.of(settings),
    )  # fmt: skip
    return _measured(connection, truth)


def _train_and_resolve(home: Home, settings: Settings, truth: pa.Table) -> Accuracy:
    with training_room(home.warehouse, home.vault, rulebook(), Bounds.of(settings)) as room:
        model = train(room, "benchmark")
    with warehouse(home.warehouse, home.vault) as connection:
        return _resolve(connection, home, settings, model, truth)


def _link_alone(original: duckdb.DuckDBPyConnection, record: str, how: Alone) -> Accuracy:
    alone.link(original, record, how)
    original.execute(
        "create schema if not exists resolution; create or replace table resolution.identities as"
        f" select '{_SOURCE}' as record_source, '{PROVIDER}:' || record_id as record_id, customer_id from clusters_alone"
    )
    return _measured(original, original.execute("from truth").to_arrow_table())


def _unjoined(original: duckdb.DuckDBPyConnection) -> Accuracy:
    """The same for the pairs as they were predicted, whatever follows from two of them."""
    found, right = original.execute(
        f"""
        select count(*), count(*) filter (where a.person_id = b.person_id)
        from pairs_alone
        inner join truth as a on a.record_id = '{PROVIDER}:' || pairs_alone.a
        inner join truth as b on b.record_id = '{PROVIDER}:' || pairs_alone.b
        """
    ).fetchone() or (0, 0)
    (true,) = original.execute(
        "select sum(n * (n - 1) // 2) from (select count(*) as n from truth group by person_id)"
    ).fetchone() or (0,)
    return Accuracy(ALL, ALL, int(true), found, right)
