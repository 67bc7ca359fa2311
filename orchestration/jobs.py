"""The jobs: a day, a stretch of history, and building what is derived anew.

Belongs here: which assets a job runs. Not here: what they do (assets/).
"""

from __future__ import annotations

import dagster as dg

_OUTWARD = dg.AssetSelection.groups("decisions", "activation", "reports") | dg.AssetSelection.assets(
    "published/list_entries", "published/decision_trace", "published/deliveries"
)
_EVERYTHING = dg.AssetSelection.all(include_sources=False)

DAILY = dg.define_asset_job(
    "daily",
    selection=_EVERYTHING,
    description="A business date, or a range in one run: from the landing to acknowledged deliveries and the report.",
)
HISTORY = dg.define_asset_job(
    "history",
    selection=_EVERYTHING - _OUTWARD,
    description="A first load: through the published profile. Decides nothing and contacts nobody.",
)
REBUILD = dg.define_asset_job(
    "rebuild",
    selection=_EVERYTHING - dg.AssetSelection.groups("raw", "decisions", "activation", "reports"),
    description="What is derived, from the state alone: decides and sends nothing. `make rebuild` deletes the files first.",
)
