"""What a person sees in the terminal: stages as they go by, and the summary at the end.

Belongs here: drawing. Not here: the questions of the summary (assets/summary.py), what runs (runs.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from assets.summary import Answer
from foundation import progress
from foundation.home import Home
from integrations.sources.extract import Outcome

CONSOLE = Console(width=None if Console().is_terminal else 120)


@contextmanager
def stages(title: str, *, lasting: bool = True) -> Iterator[None]:
    """Shows each stage of a run while it works, and (where that is to last) its seconds when it is done."""
    with CONSOLE.status(f"{title}: starting") as status:

        def heard(stage: str, seconds: float | None) -> None:
            if seconds is None:
                status.update(f"{title}: {stage} …")
            elif lasting:
                CONSOLE.print(f"  [green]✓[/] {stage:<12} {seconds:6.1f} s", highlight=False)

        forget = progress.listen(heard)
        try:
            yield
        finally:
            forget()


def day_line(number: int, days: int, on: date, seconds: float, counts: dict[str, int]) -> None:
    """One business day of several, done."""
    told = "  ".join(f"{name} {count:,}" for name, count in counts.items())
    CONSOLE.print(f"  [green]✓[/] {on}  day {number} of {days}  {seconds:6.1f} s  {told}", highlight=False, soft_wrap=True)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "" if value is None else str(value)


def draw(answer: Answer) -> None:
    """One answer as a table under its title."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for position, name in enumerate(answer.columns):
        numeric = any(isinstance(row[position], int) for row in answer.rows)
        table.add_column(name, justify="right" if numeric else "left", no_wrap=True)
    for row in answer.rows:
        table.add_row(*(_cell(value) for value in row))
    CONSOLE.print(f"\n[bold cyan]{answer.title_en} · {answer.title_zh}[/]")
    CONSOLE.print(table if answer.rows else "  none")


def draw_outcome(outcome: Outcome) -> None:
    """What became of one table of a database or an interface."""
    mark = "[red]✗[/]" if outcome.state == "failed" else "[green]✓[/]"
    rows = f"{outcome.rows:,} rows" if outcome.state == "landed" else outcome.state
    CONSOLE.print(f"  {mark} {outcome.table:<28} {rows:<16} {escape(outcome.told)}", highlight=False, soft_wrap=True)


def where_next(home: Home) -> None:
    """Where to look after the summary."""
    CONSOLE.print("\n[bold]Where to look next · 接下来看哪里[/]")
    CONSOLE.print(f"  published tables  {home.published}/<table>/", highlight=False, soft_wrap=True)
    CONSOLE.print(f"  quarantined rows  {home.quarantine}/<source>/<table>/<date>.parquet", highlight=False, soft_wrap=True)
    CONSOLE.print(f"  gates             {home.gates}/index.html", highlight=False, soft_wrap=True)
    CONSOLE.print("  make ui           Dagster's graph, checks and pictures; the sandbox page: what CRM and messaging received")
    CONSOLE.print("  make run          the next business day; make live DAYS=5: several, the customers reacting in between")
