"""Customers drawn so that it is known who behaves alike, in a database as dbt leaves it.

Belongs here: drawing and storing them. Not here: what the fit must make of them (the tests beside this).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import numpy as np

from clustering.features import Entries, entries
from clustering.fit import TABLE, behaviour, fit
from clustering.model import Model

ON = date(2026, 6, 30)
FEATURES = ("deposit_balance", "last_login_on", "logins_30d", "wealth_balance")
# where each group's customers lie, feature by feature
GROUPS: tuple[tuple[float, ...], ...] = ((9.0, 3.0, 2.0, 0.0), (11.0, 200.0, 0.0, 12.0), (2.0, 90.0, 0.5, 0.0))
SPREAD = (0.8, 6.0, 0.15, 0.4)


def few(*, reverse: bool = False, **changes: Any) -> Entries:
    """The reviewed entries, of which FEATURES alone, looking for 2 to 4 clusters."""
    known = entries().named()
    features = tuple(known[name] for name in (reversed(FEATURES) if reverse else FEATURES))
    return entries().model_copy(update={"features": features, "least_clusters": 2, "most_clusters": 4} | changes)


def drawn(sizes: Sequence[int], groups: Sequence[Sequence[float]] = GROUPS, seed: int = 1) -> dict[str, np.ndarray[Any, Any]]:
    """Customers by column; `of` says which group each is of."""
    generator = np.random.default_rng(seed)
    of = np.repeat(np.arange(len(sizes)), sizes)
    rows = np.array(groups)[of] + generator.normal(size=(len(of), len(FEATURES))) * np.array(SPREAD)
    return {"customer_id": np.array([f"c{number:05d}" for number in range(len(of))]), "of": of} | dict(
        zip(FEATURES, rows.T, strict=True)
    )


def stored(customers: Mapping[str, np.ndarray[Any, Any]]) -> duckdb.DuckDBPyConnection:
    """A database with these customers as int_customer_behaviour; NaN is stored as unknown."""
    connection = duckdb.connect()
    connection.execute("create schema intermediate")
    columns = {name: list(values) for name, values in customers.items()}
    chosen = ", ".join(name if name in ("customer_id", "of") else f"nullif({name}, 'nan'::double) as {name}" for name in columns)
    unnested = ", ".join(f"unnest(${place}) as {name}" for place, name in enumerate(columns, start=1))
    connection.execute(
        f"create table {TABLE} as select date '{ON}' as business_date, {chosen} from (select {unnested})",
        [values if name == "customer_id" else [value.item() for value in values] for name, values in columns.items()],
    )
    return connection


def fitted(
    customers: Mapping[str, np.ndarray[Any, Any]], version: str = "v", earlier: Model | None = None, rules: Entries | None = None
) -> Model:
    """The model of these customers."""
    rules = rules or few()
    with stored(customers) as connection:
        return fit(behaviour(connection, rules), rules, version, earlier)
