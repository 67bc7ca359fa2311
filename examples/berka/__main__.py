"""`python -m examples.berka`: write the landing drops and say how many rows there are.

Belongs here: options and what is printed. Not here: the work (convert.py).
"""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from examples.berka.convert import FIRST_DATE, LAST_DATE, convert
from examples.berka.sources import BerkaError

DATES = ["%Y-%m-%d"]
FIRST, LAST = datetime.combine(FIRST_DATE, time.min), datetime.combine(LAST_DATE, time.min)


def main(
    data: Annotated[Path, typer.Option(envvar="C360_EXAMPLE_DATA", help="Folder that holds berka/ and callcenter/.")],
    landing: Annotated[Path, typer.Option(envvar="C360_LANDING", help="Folder to write the drops to.")],
    first: Annotated[datetime, typer.Option(formats=DATES, help="Date of the first folder, with all history.")] = FIRST,
    last: Annotated[datetime, typer.Option(formats=DATES, help="Date of the last folder.")] = LAST,
) -> None:
    """Map the PKDD'99 bank and the Technion call centre to the landing contract."""
    try:
        rows = convert(data, landing, first.date(), last.date())
    except BerkaError as error:
        Console(stderr=True).print(str(error), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    table = Table("landing table", "rows", caption=f"{first:%Y-%m-%d} to {last:%Y-%m-%d}")
    for name, count in rows.items():
        table.add_row(name, f"{count:,}")
    Console().print(table)
    Console().print(f"Landed in {landing}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    typer.run(main)
