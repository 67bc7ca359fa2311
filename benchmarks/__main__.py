"""`python -m benchmarks`: what whole runs and their stages cost at given sizes.

Belongs here: options, the homes and their end. Not here: what is run (bank.py). Homes are made under C360_BENCH_HOME, or
where the system keeps temporary files, and removed when all went well.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.bank import Bank, Result
from benchmarks.children import ChildError
from benchmarks.tables import draw_accuracy, draw_children, draw_growth, draw_ratios, draw_rows, draw_stages, load, machine

PLACE = "C360_BENCH_HOME"
CONSOLE = Console(width=None if Console().is_terminal else 140)


def _measure(customers: int, dates: int, history_days: int, place: Path | None, how: Callable[[Bank], Result]) -> Result:
    root = Path(tempfile.mkdtemp(prefix=f"bench-{customers}-", dir=place))
    with CONSOLE.status(f"{customers:,} customers") as status:
        result = how(Bank(root, customers, dates, history_days, status.update))
    shutil.rmtree(root)
    return result


def main(
    customers: Annotated[
        list[int] | None, typer.Option(min=50, help="customers on the first date; give it again for more sizes")
    ] = None,
    dates: Annotated[int, typer.Option(min=2, help="business dates of the first load, the live one among them")] = 120,
    history_days: Annotated[int, typer.Option(min=0, help="days of transactions before the first date")] = 400,
    grown: Annotated[
        list[int] | None, typer.Option(min=1, help="only the next day after so many days of history; give it twice to compare")
    ] = None,
) -> None:
    """Generates, loads, moves on by a day and by an empty one at each size, and shows wall time and peak memory."""
    place = Path(os.environ[PLACE]) if os.environ.get(PLACE) else None
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
    CONSOLE.print(machine(), load(), sep="\n", highlight=False, soft_wrap=True)
    try:
        if grown:
            draw_growth(CONSOLE, [_measure((customers or [5_000])[0], 2, days, place, Bank.measure_next_day) for days in grown])
            return
        results = [_measure(size, dates, history_days, place, Bank.measure) for size in customers or [5_000]]
    except ChildError as error:
        CONSOLE.print(f"Stopped. {error}", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    draw_stages(CONSOLE, results)
    draw_children(CONSOLE, results)
    draw_rows(CONSOLE, results)
    draw_ratios(CONSOLE, results)
    draw_accuracy(CONSOLE, results)
    CONSOLE.print(load(), highlight=False)


if __name__ == "__main__":
    typer.run(main)
