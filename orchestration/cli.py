"""The commands behind `make`: run, live, materialize, land, ui; those of recovery.py, gate_commands.py,
identity_commands.py, identity_training.py, cluster_fitting.py, tag_command.py and looking_back.py.

Belongs here: what a command does, in order. Not here: what all do alike (commands.py), drawing (console.py).
"""

from __future__ import annotations

import os
import time
from datetime import date, datetime, timedelta
from typing import Annotated

import dagster as dg
import typer
from rich.progress import Progress as Bar

from assets.summary import day_in_numbers
from demo.bank import generate
from foundation.home import Home
from foundation.progress import Progress
from foundation.settings import PREFIX, Settings, shared_secrets
from integrations.sources.extract import extractor
from integrations.warehouse.connection import warehouse
from orchestration import gate_commands, identity_commands, recovery
from orchestration.cluster_fitting import fit_clusters
from orchestration.commands import alone, main, open_home, run_job, show_summary, stop, take_what_is_there, tell
from orchestration.console import CONSOLE, day_line, draw_outcome, where_next
from orchestration.dead_runs import close_dead_runs_if_idle
from orchestration.identity_training import train_identity
from orchestration.looking_back import who_was_command
from orchestration.outside import sent_to_customers
from orchestration.sandboxed import destinations_ready
from orchestration.tag_command import tags
from orchestration.ui import serve

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
gate_commands.add_to(app)
identity_commands.add_to(app)
DAY = ["%Y-%m-%d"]


def _generate(settings: Settings, home: Home, last: date, *, lasting: bool) -> None:
    first = date.fromisoformat(settings.first_date)
    with Bar(console=CONSOLE, transient=True) as bar:
        task = bar.add_task("demo bank", total=settings.demo_dates + settings.demo_history_days - 1)
        dates = generate(
            home.landing, home.demo, settings.demo_customers, first, last, settings.demo_seed, lambda _: bar.advance(task),
            settings.demo_history_days,
            sent_to_customers(home),
        )  # fmt: skip
    if dates and lasting:
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
    settings, home = open_home()
    take_what_is_there()
    with alone(settings, home, "make run"):
        target = drop_next(settings, home)
        with destinations_ready(settings, home):
            run_through(settings, home, target)
        show_summary(home)
        where_next(home)


@app.command()
def live(days: Annotated[int, typer.Option(min=1, help="business days, an unfinished one counted")] = 5) -> None:
    """Business days one after another; in between, the demo bank's customers react to what reached them."""
    os.environ.setdefault(PREFIX + "SENDER_CLOCK", "business")
    settings, home = open_home()
    take_what_is_there()
    with alone(settings, home, "make live"):
        with destinations_ready(settings, home):
            for number in range(1, days + 1):
                began = time.perf_counter()
                target = drop_next(settings, home, lasting=False)
                run_through(settings, home, target, lasting=False)
                with warehouse(home.warehouse, home.vault) as connection:
                    counts = day_in_numbers(connection)
                day_line(number, days, target, time.perf_counter() - began, counts)
        show_summary(home)
        where_next(home)


def drop_next(settings: Settings, home: Home, *, lasting: bool = True) -> date:
    """The date to bring the demo bank to, which it has then dropped: the one not yet finished, else the next."""
    first = date.fromisoformat(settings.first_date)
    live_from = first + timedelta(days=settings.demo_dates - 1)
    finished = Progress(home.control).last_finished("day")
    dropped = _last_drop(home)
    target = max(dropped or live_from, live_from)
    if finished is not None and (dropped is None or finished >= dropped):
        target = finished + timedelta(days=1)
    _generate(settings, home, target, lasting=lasting)
    return target


def run_through(settings: Settings, home: Home, target: date, *, lasting: bool = True) -> None:
    """What is not yet finished up to a date: at first the history in a run of its own."""
    first, progress = date.fromisoformat(settings.first_date), Progress(home.control)
    live_from = first + timedelta(days=settings.demo_dates - 1)
    finished = progress.last_finished("day")
    if finished is None and progress.last_finished("published") is None:
        run_job("history", first, live_from - timedelta(days=1), lasting=lasting)
    run_job("daily", finished + timedelta(days=1) if finished else live_from, target, lasting=lasting)


@app.command()
def materialize(
    first: Annotated[datetime, typer.Option("--from", formats=DAY)], last: Annotated[datetime, typer.Option("--to", formats=DAY)]
) -> None:
    """Any landing folder, any dates, one run."""
    settings, home = open_home()
    take_what_is_there()
    if last < first:
        raise stop(f"TO ({last:%Y-%m-%d}) lies before FROM ({first:%Y-%m-%d})")
    if f"{first:%Y-%m-%d}" < settings.first_date:
        raise stop(f"FROM ({first:%Y-%m-%d}) lies before the bank's first date, {settings.first_date}: C360_FIRST_DATE says it")
    known = [] if home.demo.is_dir() else shared_secrets(settings)
    if known:
        tell(f"{' and '.join(known)} are as shipped, so that everybody can guess what is hashed by them: set them once, before")
        tell("a bank's own data comes (docs/5-run-in-production.md), and keep them: keys and control arms rest on them")
    with alone(settings, home, "make materialize"):
        with destinations_ready(settings, home):
            run_job("daily", first.date(), last.date())
        show_summary(home)
        where_next(home)


@app.command()
def land(
    on: Annotated[datetime, typer.Option("--date", formats=DAY)],
    again: Annotated[bool, typer.Option("--again", help="replaces folders that are there")] = False,
) -> None:
    """What the databases and interfaces of C360_SOURCES have now, as the landing folders of a date."""
    settings, home = open_home()
    with alone(settings, home, "make land"):
        working = extractor(settings, home)
        if working is None:
            raise stop("C360_SOURCES names no mapping file; docs/1-add-a-source.md says what stands in one")
        failed = 0
        for outcome in working.run(on.date(), again=again):
            draw_outcome(outcome)
            failed += outcome.state == "failed"
    if failed:
        raise stop(f"{failed} of {len(working.mapping.tables)} tables could not be read; what landed stays, run it again")


@app.command()
def ui(port: Annotated[int, typer.Option(help="0 takes a free one")] = 0) -> None:
    """Dagster's UI with daemon, schedule and sensor, and the sandbox; until interrupted."""
    settings, home = open_home()
    close_dead_runs_if_idle(home, dg.DagsterInstance.get(), of_commands_alone=False)
    with destinations_ready(settings, home) as sandbox:
        serve(home, port, sandbox)


app.command()(recovery.rebuild)
app.command()(recovery.backup)
app.command()(recovery.restore)
app.command("train-identity")(train_identity)
app.command("fit-clusters")(fit_clusters)
app.command("who-was")(who_was_command)
app.command()(tags)


if __name__ == "__main__":
    main(app)
