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
    return _shown(title, figure)


def matrix(title: str, rows: Sequence[tuple[Any, ...]], order: Sequence[str]) -> dg.MetadataValue[Any]:
    """A table of shaded numbers, one per (from, to, number): who moved where, in the order given. Without rows it says so."""
    if not rows:
        return dg.MetadataValue.md(f"*{title}: no rows*")
    from matplotlib.figure import Figure

    named = {str(name) for row in rows for name in row[:2]}
    names = [*order, *sorted(named - set(order))]
    moved = {(str(row[0]), str(row[1])): float(row[2]) for row in rows}
    figure = Figure(figsize=(2.6 + 0.75 * len(names), 1.2 + 0.4 * len(names)), dpi=110, layout="constrained")
    axes = figure.subplots()
    axes.imshow([[moved.get((a, b), 0.0) for b in names] for a in names], cmap="Blues", aspect="auto")
    axes.set_xticks(range(len(names)), names, rotation=30, ha="right")
    axes.set_yticks(range(len(names)), names)
    for (a, b), number in moved.items():
        is_dark = number > 0.6 * max(moved.values())
        axes.text(names.index(b), names.index(a), f"{number:,.0f}", ha="center", va="center", fontsize=8,
                  color="white" if is_dark else INK)  # fmt: skip
    axes.set_title(f"{title}: from (down) to (across)", fontsize=10, color=INK, loc="left")
    axes.tick_params(labelsize=8, colors=INK, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    return _shown(title, figure)


def _shown(title: str, figure: Any) -> dg.MetadataValue[Any]:
    data = io.BytesIO()
    figure.savefig(data, format="png")
    return dg.MetadataValue.md(f"![{title}](data:image/png;base64,{base64.b64encode(data.getvalue()).decode()})")
