"""Who is who at a size: records drawn, resolved, a day of 1% new ones, and Splink alone on the same pairs, a process each.

Belongs here: the order of the steps, and the table. Not here: a step (scale.py).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.children import Cost, run_python
from foundation.settings import PREFIX

_STEPS = {"drop": "", "first": "first resolution", "next": "a day with 1% new records", "alone": "Splink alone, the same pairs"}


def measure_size(records: int, root: Path, tell: Callable[[str], None]) -> dict[str, tuple[Cost, dict[str, Any]]]:
    """What each step cost and found, in an empty folder. Errors: ChildError."""
    found = {}
    bare = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    for step, title in _STEPS.items():
        tell(f"{records:,} records: {title or 'drawing them'}")
        arguments = ["-m", "benchmarks.linkage.scale", step, str(root), str(records)]
        cost = run_python(arguments, folder=root, environment=bare, log=root / f"{step}.log")
        found[step] = (cost, json.loads((root / f"{step}.json").read_text(encoding="utf-8")))
    return found


def draw_size(console: Console, records: int, found: dict[str, tuple[Cost, dict[str, Any]]]) -> None:
    """A row per step: records changed, pairs compared, its own seconds without taking files in, and beside them those of its
    process with that, and the most memory it held."""
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, title=f"{records:,} records of four sources", title_justify="left"
    )  # fmt: skip
    named = ("step", "changed", "pairs", "seconds", "of first", "CPU s", "of first")
    for name in (*named, "precision", "recall", "process", "MiB"):
        table.add_column(name, justify="left" if name == "step" else "right", no_wrap=True)
    whole, whole_cpu = (found["first"][1][name] for name in ("seconds", "cpu_seconds"))
    for step, title in list(_STEPS.items())[1:]:
        cost, told = found[step]
        rights = [f"{told[name]:.4f}" if name in told else "" for name in ("precision", "recall")]
        changed = f"{told['changed']:,}" if "changed" in told else ""
        used = [f"{told['cpu_seconds']:.1f}", f"{told['cpu_seconds'] / whole_cpu:.1%}"] if "cpu_seconds" in told else ["", ""]
        table.add_row(
            title, changed, f"{told['pairs']:,}", f"{told['seconds']:.1f}", f"{told['seconds'] / whole:.1%}", *used, *rights,
            f"{cost.wall_seconds:.1f}", f"{cost.peak_mib:,.0f}",
        )  # fmt: skip
        if "comparing" in told:
            table.add_row("  of it, comparing the pairs", "", "", f"{told['comparing']:.1f}", f"{told['comparing'] / whole:.1%}")
    console.print(table)
