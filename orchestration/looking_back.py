"""The command that asks what a customer was on a day.

Belongs here: reading arguments, printing the answer. Not here: the answer (assets/who_was.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape

from assets.who_was import WhoWasError, who_was
from orchestration.commands import open_home, stop, tell
from orchestration.console import draw

DAY = ["%Y-%m-%d"]


def who_was_command(
    customer: Annotated[str, typer.Option(help="customer_id, of today or an earlier one")],
    on: Annotated[datetime, typer.Option("--date", formats=DAY)],
) -> None:
    """Tier, stage, micro-segment and tags of a customer on a day, from the published logs."""
    _, home = open_home()
    try:
        answer = who_was(home, customer, on.date())
    except WhoWasError as error:
        raise stop(escape(str(error))) from None
    for line in answer.said:
        tell(escape(line))
    for table in answer.answers:
        draw(table)
