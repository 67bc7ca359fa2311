"""Small pictures for asset metadata: looked at rather than read.

Belongs here: drawing one from counted rows. Not here: what is counted. Labels are codes and names of categories, never
anything about a single customer.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import dagster as dg

INK, BAR = "#1b2a41", "#3a7ca5"


def bar_chart(title: str, rows: Sequence[tuple[Any, ...]]) -> dg.MetadataValue[Any]:
    """Horizontal bars, one per (label, number), as a picture in markdown; says so where there is nothing to draw."""
    if not rows:
        return dg.MetadataValue.md(f"*{title}: no rows*")
    from matplotlib.figure import Figure

    labels, numbers = [str(row[0]) for row in rows], [float(row[1]) for row in rows]
    figure = Figure(figsize=(6.4, 0.6 + 0.28 * len(rows)), dpi=110, layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(labels, numbers, color=BAR)
    axes.bar_label(bars, labels=[f"{number:,.0f}" for number in numbers], padding=3, fontsize=8, color=INK)
    axes.invert_yaxis()
    axes.set_title(title, fontsize=10, color=INK, loc="left")
    axes.tick_params(labelsize=8, colors=INK)
    axes.margins(x=0.15)
    axes.xaxis.set_visible(False)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    data = io.BytesIO()
    figure.savefig(data, format="png")
    return dg.MetadataValue.md(f"![{title}](data:image/png;base64,{base64.b64encode(data.getvalue()).decode()})")
