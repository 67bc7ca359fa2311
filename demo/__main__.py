"""`python -m demo`: write the demo bank's drops from a shell.

Belongs here: options and the progress bar. Not here: the bank (bank.py).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from demo.bank import DemoBankError, generate
from demo.population import HISTORY_DAYS


def main(
    customers: Annotated[int, typer.Option(help="customers on the first date")],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="first business date")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="last business date")],
    landing: Annotated[Path, typer.Option(help="folder for the drops")],
    state: Annotated[Path, typer.Option(help="folder for what is needed to go on, and the truth")],
    seed: Annotated[int, typer.Option(help="another seed, another bank")],
    history: Annotated[int, typer.Option("--history-days", help="days of transactions before the first date")] = HISTORY_DAYS,
) -> None:
    """Write the drops of each date that is not yet written."""
    console = Console(stderr=True)
    total = (last - first).days + history
    with _bar(console) as bar:
        task = bar.add_task("demo bank", total=total)
        try:
            written = generate(
                landing, state, customers, first.date(), last.date(), seed,
                lambda on: bar.update(task, advance=1, description=f"demo bank {on}"), history,
            )  # fmt: skip
        except DemoBankError as error:
            console.print(f"demo bank: {error}", markup=False)
            raise typer.Exit(1) from None
        bar.update(task, completed=total)
    console.print(f"{len(written)} date(s) written to {landing}", markup=False)


def _bar(console: Console) -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), console=console)


if __name__ == "__main__":
    typer.run(main)
