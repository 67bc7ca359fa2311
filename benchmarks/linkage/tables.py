"""The figures of linkage as tables.

Belongs here: drawing. Not here: measuring (against.py, scale.py). No figure passes or fails here; tests say what must hold.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.linkage.against import ALONE, ALONE_PAIRS, SHIPPED_MODEL, TRAINED_MODEL, Compared

_WAYS = (SHIPPED_MODEL, TRAINED_MODEL, ALONE, ALONE_PAIRS)


def draw_compared(console: Console, sets: Sequence[Compared]) -> None:
    """A row per set and way: pairwise precision, recall and F1, and seconds."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="Public sets, pairs of records", title_justify="left")
    for name in ("set", "records", "linked by", "precision", "recall", "F1", "seconds"):
        table.add_column(name, justify="left" if name in ("set", "linked by") else "right", no_wrap=True)
    for one in sets:
        for position, way in enumerate(way for way in _WAYS if way in one.found):
            found = one.found[way]
            own = [one.name, f"{one.records:,}"] if position == 0 else ["", ""]
            accuracy = found.accuracy
            figures = [accuracy.precision, accuracy.recall, accuracy.f1] if accuracy else []
            told = [f"{figure:.4f}" for figure in figures] or [found.says, "", ""]
            table.add_row(*own, way, *told, f"{found.seconds:.1f}")
        table.add_section()
    console.print(table)
