"""The commands for bad days: rebuild, backup, restore.

Belongs here: what each does, in order. Not here: copying (foundation/backup.py), what a rebuild runs (jobs.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from assets.workspace import NotJudgedError, being_restored, require_judged
from expectations.verdicts import Verdicts, first_held_date
from foundation.backup import copy_into, copy_out, end_restoring
from foundation.home import Home
from foundation.progress import Progress
from orchestration.commands import alone, open_home, run_job, stop, tell
from orchestration.console import CONSOLE

_COLUMNS = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())


def rebuild() -> None:
    """Deletes the derived files and builds them anew from the state, through the published tables. Decides and sends nothing."""
    settings, home = open_home()
    with alone(settings, home, "make rebuild"):
        _rebuild(home)


def _newest_to_build(home: Home) -> date | None:
    """The date that all is built as of; None: there is none. Errors: NotJudgedError and typer.Exit, where that cannot be."""
    newest = Progress(home.control).last_finished("marts")
    require_judged(home, newest or date.min)
    held_on = first_held_date(Verdicts(home.control).through(newest)) if newest else None
    if held_on is not None:  # what was built of that date cannot be built again
        raise stop(
            f"{held_on} is held back at gate 1, so that nothing can be built anew; nothing was deleted. `make why-closed"
            f" DATE={held_on}` says how to mend it"
        )
    return newest


def _rebuild(home: Home) -> None:
    newest, progress = _newest_to_build(home), Progress(home.control)  # asked before anything is deleted
    for path in home.derived:
        path.unlink(missing_ok=True)
    if newest is None:
        tell("No date was ever finished here, so there is nothing to build: run as for the first time")
        return
    # what the deleted files alone said of these dates was never published: their month ends are logged anew
    lost = progress.forget_after("marts", progress.last_finished("published"))
    run_job("rebuild", min([*lost, newest]), newest)
    tell(f"Built anew as of {newest}: {home.published}/<table>/")


def backup(to: Annotated[Path, typer.Option(help="a folder that is not there yet")]) -> None:
    """Copies the state, while no run changes it, into a new folder; what is derived is left out."""
    settings, home = open_home()
    to = to.expanduser().resolve()
    with alone(settings, home, "make backup"), _bar("backup") as progress:
        copied = copy_out(home, to, progress)
    tell(f"Backed up {copied.files:,} files, {copied.bytes:,} bytes, as of {copied.newest or 'no finished date'}: {to}")


def restore(from_: Annotated[Path, typer.Option("--from", help="a folder that `make backup` made")]) -> None:
    """Puts a backup into an empty home and builds what is derived. Killed at any time, it is run again."""
    settings, home = open_home()
    folder = from_.expanduser().resolve()
    with alone(settings, home, "make restore", needs_whole=False):
        with _bar("restore") as progress:
            copied = copy_into(home, folder, progress)
        tell(f"Restored {copied.files:,} files, as of {copied.newest or 'no finished date'}: {home.root}")
        try:
            _newest_to_build(home)
        except (NotJudgedError, typer.Exit):  # so it was when it was backed up: what is told mends it, restoring again does not
            end_restoring(home)
            raise
        with being_restored(home):
            _rebuild(home)
        end_restoring(home)


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    with Bar(*_COLUMNS, console=CONSOLE, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda more, total: bar.update(task, advance=more, total=total)
