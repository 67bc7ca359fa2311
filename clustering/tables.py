"""The model in use as small tables of schema `control`, for dbt to assign customers by: no JSON is read inside a model.

Belongs here: writing these tables, and their columns. Not here: the schema's other tables
(integrations/warehouse/control.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from clustering.model import Model

TABLES: dict[str, tuple[str, dict[str, str]]] = {
    "clusters": (
        "One row per cluster of the model in use: its code, its place in the order of codes, its words, its share when fitted.",
        {
            "cluster_code": "varchar",
            "position": "integer",
            "name_en": "varchar",
            "name_zh": "varchar",
            "description_en": "varchar",
            "description_zh": "varchar",
            "share": "double",
            "model_version": "varchar",
            "fitted_on": "date",
        },
    ),
    "cluster_features": (
        "One row per feature of the model in use: how it is standardised.",
        {
            "column_name": "varchar",
            "transform": "varchar",
            "fill": "double",
            "low": "double",
            "high": "double",
            "centre": "double",
            "scale": "double",
        },
    ),
    "cluster_centroids": (
        "One row per cluster and feature of the model in use: where the cluster's centre lies, standardised.",
        {"cluster_code": "varchar", "column_name": "varchar", "centroid": "double"},
    ),
}


def _write(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Sequence[object]]) -> None:
    columns = TABLES[table][1]
    connection.execute(
        f"create or replace table control.{table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
    )
    connection.executemany(f"insert into control.{table} values ({', '.join('?' for _ in columns)})", rows)


def write_clusters(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Writes the three tables in one transaction."""
    ordered = sorted(model.clusters, key=lambda each: each.code)
    connection.execute("begin")
    _write(connection, "clusters", [
        [each.code, position, each.name_en, each.name_zh, each.description_en, each.description_zh, each.share,
         model.version, model.fitted_on]
        for position, each in enumerate(ordered, start=1)
    ])  # fmt: skip
    _write(connection, "cluster_features", [
        [each.column, each.transform, each.fill, each.low, each.high, each.centre, each.scale] for each in model.features
    ])  # fmt: skip
    _write(connection, "cluster_centroids", [
        [each.code, column, value] for each in ordered for column, value in each.centroid.items()
    ])  # fmt: skip
    connection.execute("commit")
