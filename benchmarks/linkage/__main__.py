"""`python -m benchmarks.linkage`: how right identities are on public sets with a known truth, beside Splink used alone.

Belongs here: options, folders and their end. Not here: the sets (sets.yml), what is done with one (against.py).
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.children import ChildError
from benchmarks.linkage.against import Compared, compare
from benchmarks.linkage.scale_steps import draw_size, measure_size
from benchmarks.linkage.sets import SETS, SetError, read_sets
from benchmarks.linkage.store import TakingInError
from benchmarks.linkage.tables import draw_compared

PLACE = "C360_BENCH_HOME"
CONSOLE = Console(width=None if Console().is_terminal else 140)


def _compared(mapping: Path, chosen: list[str] | None, data: Path) -> list[Compared]:
    sets = read_sets(mapping)
    unknown = set(chosen or []) - sets.keys()
    if unknown:
        raise SetError(f"{mapping} has no {', '.join(sorted(unknown))}; it has {', '.join(sets)}")
    results = []
    for name in chosen or sets:
        with tempfile.TemporaryDirectory(prefix="linkage-") as folder, CONSOLE.status(name) as status:
            results.append(compare(name, sets[name], data, Path(folder), status.update))
    return results


def main(
    data: Annotated[Path | None, typer.Option(envvar="C360_EXAMPLE_DATA", help="folder of the public data")] = None,
    chosen: Annotated[list[str] | None, typer.Option("--set", help="a set by its name; again for more; default: all")] = None,
    mapping: Annotated[Path, typer.Option("--sets", help="file that maps the sets")] = SETS,
    records: Annotated[list[int] | None, typer.Option(min=1_000, help="so many drawn records of four sources, timed")] = None,
) -> None:
    """Each set through the code path of a bank's own records, with the shipped model and one trained on it; then sizes."""
    place = Path(os.environ[PLACE]) if os.environ.get(PLACE) else None
    try:
        if data is not None:
            draw_compared(CONSOLE, _compared(mapping, chosen, data))
        for size in records or []:
            with tempfile.TemporaryDirectory(prefix="linkage-", dir=place) as folder, CONSOLE.status("") as status:
                draw_size(CONSOLE, size, measure_size(size, Path(folder), status.update))
    except (SetError, TakingInError, ChildError) as error:
        CONSOLE.print(f"Stopped. {error}", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
