"""`python -m benchmarks`: what whole runs and their stages cost at given sizes.

Belongs here: options, the homes and their end. Not here: what is run (bank.py). Homes are made under C360_BENCH_HOME, or
where the system keeps temporary files, and removed when all went well.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.bank import Bank, Result
from benchmarks.children import ChildError
from benchmarks.tables import draw_children, draw_rows, draw_stages, load, machine

PLACE = "C360_BENCH_HOME"
CONSOLE = Console(width=None if Console().is_terminal else 140)


def _measure(customers: int, dates: int, place: Path | None) -> Result:
    root = Path(tempfile.mkdtemp(prefix=f"bench-{customers}-", dir=place))
    with CONSOLE.status(f"{customers:,} customers") as status:
        result = Bank(root, customers, dates, status.update).measure()
    shutil.rmtree(root)
    return result


def main(
    customers: Annotated[
        list[int] | None, typer.Option(min=50, help="customers on the first date; give it again for more sizes")
    ] = None,
    dates: Annotated[int, typer.Option(min=2, help="business dates of the first load, the live one among them")] = 120,
) -> None:
    """Generates, loads, moves on by a day and by an empty one at each size, and shows wall time and peak memory."""
    place = Path(os.environ[PLACE]) if os.environ.get(PLACE) else None
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
    CONSOLE.print(machine(), load(), sep="\n", highlight=False, soft_wrap=True)
    try:
        results = [_measure(size, dates, place) for size in customers or [5_000]]
    except ChildError as error:
        CONSOLE.print(f"Stopped. {error}", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    draw_stages(CONSOLE, results)
    draw_children(CONSOLE, results)
    draw_rows(CONSOLE, results)
    CONSOLE.print(load(), highlight=False)


if __name__ == "__main__":
    typer.run(main)
