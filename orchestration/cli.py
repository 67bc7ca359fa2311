"""The commands behind `make`: run, materialize, land, ui.

Belongs here: what a command does, in order. Not here: assets, drawing (console.py), launching (runs.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Annotated

import typer
from rich.progress import Progress as Bar

from assets.summary import summarise
from assets.workspace import HomeIsBusyError, held
from demo.bank import DemoBankError, generate
from foundation.home import Home
from foundation.progress import Progress
from foundation.settings import PREFIX, Settings, SettingsError, load_settings
from integrations.sandbox.process import SandboxError
from integrations.sources.errors import MappingError
from integrations.sources.extract import extractor
from integrations.warehouse.connection import WarehouseError, warehouse
from orchestration.console import CONSOLE, draw, draw_outcome, stages, where_next
from orchestration.instance import prepare_instance
from orchestration.runs import execute
from orchestration.sandboxed import destinations_ready
from orchestration.ui import serve

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
DAY = ["%Y-%m-%d"]


def _open_home() -> tuple[Settings, Home]:
    try:
        settings = load_settings()
    except SettingsError as error:
        raise _stop(f"a setting is wrong: {error}") from None
    home = Home.of(settings)
    prepare_instance(home)
    return settings, home


def _stop(why: str) -> typer.Exit:
    CONSOLE.print(f"[bold red]Stopped.[/] {why}", highlight=False, soft_wrap=True)
    return typer.Exit(1)


@contextmanager
def _alone(settings: Settings, home: Home, command: str) -> Iterator[None]:
    """The home for one command, from its first look to its summary: what it saw still holds when it acts."""
    with held(home, settings.lock_wait_seconds, command, lambda told: CONSOLE.print(told, highlight=False, soft_wrap=True)):
        yield


def _run(job: str, first: date, last: date) -> None:
    title = f"{job} {first}" + (f" to {last}" if last != first else "")
    CONSOLE.print(f"[bold]{title}[/]")
    with stages(title):
        outcome = execute(job, first, last)
    if not outcome.is_success:
        raise _stop("\n  ".join(["", *outcome.failures, f"run {outcome.run_id}: `make ui` shows it step by step"]))


def _summary(home: Home) -> None:
    with warehouse(home.warehouse, home.vault) as connection:
        for answer in summarise(connection):
            draw(answer)


def _generate(settings: Settings, home: Home, last: date) -> None:
    first = date.fromisoformat(settings.first_date)
    with Bar(console=CONSOLE, transient=True) as bar:
        task = bar.add_task("demo bank", total=settings.demo_dates)
        dates = generate(
            home.landing, home.demo, settings.demo_customers, first, last, settings.demo_seed, lambda _: bar.advance(task)
        )
    if dates:
        CONSOLE.print(f"The demo bank dropped {len(dates)} business date(s), to {dates[-1]}")


def _last_drop(home: Home) -> date | None:
    """The newest date that the demo bank has dropped whole."""
    folder = home.landing / "core_banking" / "customers"
    if not folder.is_dir():
        return None
    return max((date.fromisoformat(path.name) for path in folder.iterdir() if path.name[:1].isdigit()), default=None)


@app.command()
def run() -> None:
    """The demo bank: its history in one run and its newest date as a live one; later, the next business day."""
    os.environ.setdefault(PREFIX + "SENDER_CLOCK", "business")
    settings, home = _open_home()
    with _alone(settings, home, "make run"):
        _next_of_the_demo_bank(settings, home)


def _next_of_the_demo_bank(settings: Settings, home: Home) -> None:
    first = date.fromisoformat(settings.first_date)
    live_from = first + timedelta(days=settings.demo_dates - 1)
    finished = Progress(home.control).last_finished("day")
    dropped = _last_drop(home)
    target = max(dropped or live_from, live_from)
    if finished is not None and dropped is not None and finished >= dropped:
        target = finished + timedelta(days=1)
    _generate(settings, home, target)
    with destinations_ready(settings, home):
        if finished is None and Progress(home.control).last_finished("published") is None:
            _run("history", first, live_from - timedelta(days=1))
        _run("daily", finished + timedelta(days=1) if finished else live_from, target)
    _summary(home)
    where_next(home)


@app.command()
def materialize(
    first: Annotated[datetime, typer.Option("--from", formats=DAY)], last: Annotated[datetime, typer.Option("--to", formats=DAY)]
) -> None:
    """Any landing folder, any dates, one run."""
    settings, home = _open_home()
    if last < first:
        raise _stop(f"TO ({last:%Y-%m-%d}) lies before FROM ({first:%Y-%m-%d})")
    with _alone(settings, home, "make materialize"):
        with destinations_ready(settings, home):
            _run("daily", first.date(), last.date())
        _summary(home)
        where_next(home)


@app.command()
def land(
    on: Annotated[datetime, typer.Option("--date", formats=DAY)],
    again: Annotated[bool, typer.Option("--again", help="replaces folders that are there")] = False,
) -> None:
    """What the databases and interfaces of C360_SOURCES have now, as the landing folders of a date."""
    settings, home = _open_home()
    with _alone(settings, home, "make land"):
        working = extractor(settings, home)
        if working is None:
            raise _stop("C360_SOURCES names no mapping file; docs/1-add-a-source.md says what stands in one")
        failed = 0
        for outcome in working.run(on.date(), again=again):
            draw_outcome(outcome)
            failed += outcome.state == "failed"
    if failed:
        raise _stop(f"{failed} of {len(working.mapping.tables)} tables could not be read; what landed stays, run it again")


@app.command()
def ui(port: Annotated[int, typer.Option(help="0 takes a free one")] = 0) -> None:
    """Dagster's UI with daemon, schedule and sensor, and the sandbox; until interrupted."""
    settings, home = _open_home()
    with destinations_ready(settings, home) as sandbox:
        serve(home, port, sandbox)


def main() -> None:
    """The commands, with errors that a user can mend said in one line."""
    try:
        app()
    except (HomeIsBusyError, DemoBankError, MappingError, WarehouseError, SandboxError) as error:
        raise SystemExit(f"Stopped. {error}") from None


if __name__ == "__main__":
    main()
