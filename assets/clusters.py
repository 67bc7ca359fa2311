"""Customers who behave alike: the model in use, and what Dagster shows of who is in which cluster.

Belongs here: choosing the model's file, the picture. Not here: fitting (clustering/fit.py), assigning (dbt_project/).
"""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import Any

import duckdb

from assets.pictures import bar_chart
from clustering.model import SHIPPED, Model, load
from foundation.settings import Settings

_CLUSTERED = "intermediate.int_customers_clustered"
_BY_CLUSTER = f"""
    select clusters.cluster_code || ' ' || clusters.name_en, count(customers.customer_id)
    from control.clusters as clusters left join {_CLUSTERED} as customers using (cluster_code)
    group by all order by 1
"""


def cluster_model_file(settings: Settings) -> Path:
    """The bank's own file, or the one shipped."""
    return settings.cluster_model.expanduser() if settings.cluster_model else SHIPPED


def cluster_model_in_use(settings: Settings) -> Model:
    """The model of that file. Errors: ModelError, FeatureError."""
    return load(cluster_model_file(settings))


def cluster_pictures(connection: duckdb.DuckDBPyConnection, built: Container[str]) -> dict[str, dict[str, Any]]:
    """Metadata by relation: customers by cluster, where they were assigned anew."""
    if _CLUSTERED not in built:
        return {}
    return {_CLUSTERED: {"customers by cluster": bar_chart("customers by cluster", connection.execute(_BY_CLUSTER).fetchall())}}
