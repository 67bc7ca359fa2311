"""What the bank dropped, as the first nodes of the graph: external assets, a node per table of the landing contract.

Belongs here: that they exist and what they are. Not here: reading them (raw.py), filling those that a database or an interface
gives (extraction.py).
"""

from __future__ import annotations

import dagster as dg

from assets.partitions import OWNERS
from foundation.contract import Table, landing_tables


def landing_spec(table: Table) -> dg.AssetSpec:
    """The node of one landing table."""
    need = "Required: its absence holds a date back." if table.required else "Optional: its last accepted state carries forward."
    return dg.AssetSpec(
        ["landing", table.source, table.name],
        description=f"Files dropped under {table.source}/{table.name}/<date>/, keyed by {', '.join(table.key)}. {need}",
        group_name="landing",
        kinds={"file"},
        owners=OWNERS,
    )


LANDING = [landing_spec(table) for table in landing_tables()]
