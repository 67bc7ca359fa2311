"""The commands about gates: why a date is closed, and letting one content through.

Belongs here: reading arguments, printing the answer. Not here: the answer (assets/why_closed.py), what may be overridden
(assets/overriding.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape

from assets.gate_pages import write_pages
from assets.overriding import OverrideError, override
from assets.why_closed import why_closed
from orchestration.commands import alone, open_home, stop, tell

DAY = ["%Y-%m-%d"]
Day = Annotated[datetime, typer.Option("--date", formats=DAY)]


def why_closed_command(on: Day) -> None:
    """What closed on a date, what it holds back, how to mend it or let it through."""
    _, home = open_home()
    for line in why_closed(home, on.date()):
        tell(escape(line))


def override_command(
    table: Annotated[str, typer.Option(help="source.table")],
    on: Day,
    by: Annotated[str, typer.Option(help="who decides")] = "",
    reason: Annotated[str, typer.Option(help="why it may pass")] = "",
) -> None:
    """Lets a closed or missing batch through, exactly as it was judged."""
    settings, home = open_home()
    try:
        with alone(settings, home, "make override"):
            verdict = override(home, table, on.date(), by=by, reason=reason)
            write_pages(home, [verdict.on])
    except OverrideError as error:
        raise stop(escape(str(error))) from None
    tell(escape(f"{verdict.full_name} of {verdict.on} was {verdict.gate}: {verdict.worst_failure}"))
    tell("It is let through from now on, exactly as it was judged.")
    tell(f"Run from that date on: make materialize FROM={verdict.on} TO=…")


def add_to(app: typer.Typer) -> None:
    """Adds these commands to the others."""
    app.command("why-closed")(why_closed_command)
    app.command("override")(override_command)
