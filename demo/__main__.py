"""`python -m demo`: write the demo bank's drops from a shell.

Belongs here: options and the progress bar. Not here: the bank (bank.py).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from demo.bank import DemoBankError, generate


def main(
    customers: Annotated[int, typer.Option(help="customers on the first date")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="first business date")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="last business date")],
    landing: Annotated[Path, typer.Option(help="folder for the drops")],
    state: Annotated[Path, typer.Option(help="folder for what is needed to go on, and the truth")],
    seed: Annotated[int, typer.Option(help="another seed, another bank")],
) -> None:
    """Write the drops of each date that is not yet written."""
    console = Console(stderr=True)
    total = (last - first).days + 1
    with Progress(console=console) as bar:
        task = bar.add_task("demo bank", total=total)
        try:
            written = generate(landing, state, customers, first.date(), last.date(), seed, lambda _: bar.advance(task))
        except DemoBankError as error:
            console.print(f"demo bank: {error}", markup=False)
            raise typer.Exit(1) from None
        bar.update(task, completed=total)
    console.print(f"{len(written)} date(s) written to {landing}", markup=False)


if __name__ == "__main__":
    typer.run(main)
