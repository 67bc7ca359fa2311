"""`python -m benchmarks.linkage`: how right identities are on public sets with a known truth, beside Splink used alone.

Belongs here: options, folders and their end. Not here: the sets (sets.yml), what is done with one (against.py).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.linkage.against import compare
from benchmarks.linkage.sets import SETS, SetError, read_sets
from benchmarks.linkage.store import TakingInError
from benchmarks.linkage.tables import draw_compared

CONSOLE = Console(width=None if Console().is_terminal else 140)


def main(
    data: Annotated[Path, typer.Option(envvar="C360_EXAMPLE_DATA", help="folder of the public data")],
    chosen: Annotated[list[str] | None, typer.Option("--set", help="a set by its name; again for more; default: all")] = None,
    mapping: Annotated[Path, typer.Option("--sets", help="file that maps the sets")] = SETS,
) -> None:
    """Each set through the code path of a bank's own records, with the shipped model and one trained on it."""
    try:
        sets = read_sets(mapping)
        unknown = set(chosen or []) - sets.keys()
        if unknown:
            raise SetError(f"{mapping} has no {', '.join(sorted(unknown))}; it has {', '.join(sets)}")
        results = []
        for name in chosen or sets:
            with tempfile.TemporaryDirectory(prefix="linkage-") as folder, CONSOLE.status(name) as status:
                results.append(compare(name, sets[name], data, Path(folder), status.update))
    except (SetError, TakingInError) as error:
        CONSOLE.print(f"Stopped. {error}", highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    draw_compared(CONSOLE, results)


if __name__ == "__main__":
    typer.run(main)
