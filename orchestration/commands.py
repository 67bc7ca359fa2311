"""What every command does alike: opens the home, has it to itself, runs a job, stops with a sentence.

Belongs here: those steps. Not here: the commands (cli.py, recovery.py), drawing (console.py), launching (runs.py).
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NoReturn

import dagster as dg
import typer
from rich.markup import escape

from assets.summary import summarise
from assets.workspace import HomeIsBusyError, HomeIsNotWholeError, NotJudgedError, explained, held, require_whole
from demo.bank import DemoBankError
from foundation.backup import BackupError
from foundation.books import BookError
from foundation.garbage import look_seldom
from foundation.home import Home
from foundation.room import NoRoomError, is_about_room, no_room
from foundation.settings import PREFIX, Settings, SettingsError, load_settings
from integrations.delivery.records import LedgerError
from integrations.sandbox.process import SandboxError
from integrations.sources.errors import MappingError
from integrations.warehouse.connection import WarehouseError, warehouse
from orchestration.console import CONSOLE, draw, stages
from orchestration.dead_runs import close_dead_runs
from orchestration.instance import prepare_instance
from orchestration.runs import execute

INTERRUPTED = "Interrupted. What was finished stands: run the same again, and it goes on from there"
INTERRUPTED_CODE = 130
MENDABLE = (
    BackupError, BookError, DemoBankError, HomeIsBusyError, HomeIsNotWholeError, LedgerError, MappingError, NoRoomError,
    NotJudgedError, SandboxError, WarehouseError,
)  # fmt: skip


def take_what_is_there() -> None:
    """Who gives a command says that the landing is whole; the sensor and the schedule wait until it has come to rest."""
    if "landing_quiet_seconds" not in load_settings().model_fields_set:
        os.environ[PREFIX + "LANDING_QUIET_SECONDS"] = "0"
        load_settings.cache_clear()


def stop(why: str, code: int = 1) -> typer.Exit:
    """What a command raises to end with a sentence."""
    CONSOLE.print(f"[bold red]Stopped.[/] {why}", highlight=False, soft_wrap=True)
    return typer.Exit(code)


def open_home() -> tuple[Settings, Home]:
    """The settings and the home they name, ready for Dagster. Errors: typer.Exit, where a setting is wrong."""
    try:
        settings = load_settings()
    except SettingsError as error:
        raise stop(f"a setting is wrong: {error}") from None
    home = Home.of(settings)
    with explained(home):
        prepare_instance(home)
    return settings, home


@contextmanager
def alone(settings: Settings, home: Home, command: str, *, needs_whole: bool = True) -> Iterator[None]:
    """The home for one command, from its first look to its summary: what it saw still holds when it acts.

    Runs that a killed command left open are closed first. Errors: typer.Exit, when interrupted; those of `held`,
    `require_whole` and `explained`.
    """
    try:
        with held(home, settings.lock_wait_seconds, command, tell), explained(home):
            if needs_whole:
                require_whole(home)
            close_dead_runs(dg.DagsterInstance.get())
            yield
    except KeyboardInterrupt:
        raise stop(INTERRUPTED, INTERRUPTED_CODE) from None


def require_folder_of(file: Path) -> None:
    """Errors: typer.Exit, where the folder that a file is to be written into is not there."""
    if not file.parent.is_dir():
        raise stop(escape(f"{file.parent} is no folder: make it, or choose another"))


def new_model_file(to: Path) -> Path:
    """Where a model that was just learned goes. Errors: typer.Exit, where a file stands there or its folder does not."""
    target = to.expanduser().resolve()
    if target.exists():
        raise stop(escape(f"{target} exists, and a model in use never changes: choose another name"))
    require_folder_of(target)
    return target


def tell(text: str) -> None:
    """A line as it is."""
    CONSOLE.print(text, highlight=False, soft_wrap=True)


def run_job(job: str, first: date, last: date, *, lasting: bool = True) -> None:
    """One run, shown stage by stage; `lasting`: what was shown stays. Errors: typer.Exit, where it failed.

    It works in a thread of its own, so that Ctrl-C and SIGTERM reach this one at once, whatever the run is waiting for.
    """
    title = f"{job} {first}" + (f" to {last}" if last != first else "")
    if lasting:
        CONSOLE.print(f"[bold]{title}[/]")
    worker = ThreadPoolExecutor(1, thread_name_prefix="run")
    try:
        with stages(title, lasting=lasting):
            outcome = worker.submit(execute, job, first, last).result()
    except KeyboardInterrupt:
        _leave()
    worker.shutdown()
    if not outcome.is_success:
        raise stop("\n  ".join(["", *outcome.failures, f"run {outcome.run_id}: `make ui` shows it step by step"]))


def _leave() -> NoReturn:
    """Ends the process amid a run, as a kill would, which every step is made for: waiting for a step could take minutes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    tell(f"[bold red]Stopped.[/] {INTERRUPTED}")
    close_dead_runs(dg.DagsterInstance.get())
    CONSOLE.file.flush()
    os._exit(INTERRUPTED_CODE)


def show_summary(home: Home) -> None:
    """What a person wants to know after a run."""
    with warehouse(home.warehouse, home.vault) as connection:
        for answer in summarise(connection):
            draw(answer)


def main(app: Callable[[], object]) -> None:
    """Runs the commands; errors that a user can mend are said in one line, and SIGTERM ends like Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    look_seldom()
    # dbt keeps locks as named semaphores; when a command ends amid a run a helper of Python's removes them, and would tell of it
    os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker:UserWarning")
    try:
        app()
    except MENDABLE as error:
        raise SystemExit(f"Stopped. {error}") from None
    except Exception as error:
        if is_about_room(error):  # met by something of Dagster's, which keeps its runs in the same home
            raise SystemExit(f"Stopped. {no_room(Home.of(load_settings()).root, error)}") from None
        raise
