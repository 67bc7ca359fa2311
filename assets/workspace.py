"""What every asset works with: the home, its settings and books, the warehouse, and the lock that makes it one run at a time.

Belongs here: one Dagster resource that hands these out. Not here: what a stage does with them.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
from filelock import FileLock, Timeout
from pydantic import PrivateAttr

from expectations.judgements import Judgements
from expectations.profiles import Profiles
from expectations.verdicts import Verdicts, first_held_date
from foundation.contract import landing_tables
from foundation.engine import Engine
from foundation.home import Home
from foundation.progress import Progress
from foundation.room import is_about_room, no_room
from foundation.settings import Settings, load_settings
from integrations.sources import registry
from integrations.sources.file_drop.scan import Batch
from integrations.sources.registry import BatchResult
from integrations.warehouse.connection import WarehouseError, damaged, is_damage, warehouse


class HomeIsBusyError(RuntimeError):
    """Another run holds the home. The message says which, and for how long it was waited for."""


class HomeIsNotWholeError(RuntimeError):
    """A restore into the home was interrupted. The message says what to do."""


class NotJudgedError(RuntimeError):
    """A run was killed between taking batches in and judging them. The message says which, and what to do."""


class Workspace(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The bank's home during one run, locked for the run's whole life."""

    _run_id: str = PrivateAttr(default="")

    @property
    def settings(self) -> Settings:
        return load_settings()

    @property
    def home(self) -> Home:
        return Home.of(self.settings)

    def forget(self, batches: Iterable[Batch]) -> None:
        """Unregisters batches that are about to be taken in: killed meanwhile, any later run takes them in again."""
        registry.forget(self.home.control, [(batch.table.source, batch.table.name, batch.on) for batch in batches])

    def record(self, results: Iterable[BatchResult]) -> None:
        """Registers what became of batches."""
        registry.record(self.home.control, results)

    def batches(self, last: date) -> list[BatchResult]:
        """Every batch registered up to a date, oldest first."""
        return registry.batches(self.home.control, date.min, last)

    @property
    def verdicts(self) -> Verdicts:
        return Verdicts(self.home.control)

    @property
    def judgements(self) -> Judgements:
        return Judgements(self.home.control)

    @property
    def profiles(self) -> Profiles:
        return Profiles(self.home.control)

    @property
    def progress(self) -> Progress:
        return Progress(self.home.control)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Workspace]:
        """Holds the home's lock while the run lasts; the system frees it when the process dies.

        Errors: HomeIsBusyError, after C360_LOCK_WAIT_SECONDS; HomeIsNotWholeError.
        """
        self._run_id = context.run.run_id if context.run else ""
        say = context.log.warning if context.log else logging.getLogger(__name__).warning
        with held(self.home, self.settings.lock_wait_seconds, f"run {self._run_id}", say):
            require_whole(self.home)
            yield self

    @contextmanager
    def stage(self, name: str, on: date) -> Iterator[None]:
        """Times a stage of this run under its name.

        Errors: beside the stage's own, NoRoomError and WarehouseError, where the disk is full or a database file damaged.
        """
        with explained(self.home), self.progress.stage(name, run_id=self._run_id, on=on):
            yield

    def warehouse(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """A connection to the warehouse, the vault attached."""
        return warehouse(self.home.warehouse, self.home.vault, Engine.of(self.settings))

    def effective_dates(self, last: date) -> tuple[date, date | None]:
        """The last date up to `last` that may be processed, and the date that holds the rest back, if one does."""
        held_on = first_held_date(self.verdicts.through(last))
        if held_on is None:
            return last, None
        return date.fromordinal(held_on.toordinal() - 1), held_on

    def why_held(self, on: date | None) -> str:
        """Which tables hold a date back, each with its worst failure."""
        holding = [verdict for verdict in self.verdicts.through(on or date.max) if verdict.on == on and verdict.holds_back]
        told = "; ".join(f"{verdict.full_name} is {verdict.gate}: {verdict.worst_failure}" for verdict in holding)
        return f"{on} is held back at gate 1: {told}"

    def _has_landed(self, last: date) -> bool:
        """Whether a folder of a required table was read, up to a date."""
        required = {(table.source, table.name) for table in landing_tables() if table.required}
        return any((batch.source, batch.table) in required for batch in self.batches(last))

    def as_of(self, first: date, last: date) -> date:
        """The date that the marts of a run speak of: its last accepted date, or a newer one processed before.

        Errors: dagster.Failure, when a gate holds the whole run back: its first date, or one that the newest marts rest on, which
        would be built without it; and where nothing has ever landed, so that an empty bank would be published.
        """
        newest = self.progress.last_finished("marts") or date.min
        if newest == date.min and not self._has_landed(last):
            raise dg.Failure(
                f"no required table has a folder of {last} or before in {self.home.landing}: is C360_LANDING right, and the date?"
                " Nothing was changed"
            )
        _, held_on = self.effective_dates(max(last, newest))
        through, _ = self.effective_dates(last)
        if held_on is not None and (held_on <= newest or through < first):
            raise dg.Failure(f"{self.why_held(held_on)}. Mend its landing and run it again; nothing was changed")
        return max(through, newest)


@contextmanager
def explained(home: Home) -> Iterator[None]:
    """Faults of the disk and of the database files, whoever met them, said so that a person knows what to do.

    Errors: NoRoomError, WarehouseError.
    """
    try:
        yield
    except Exception as error:
        if is_about_room(error):
            raise no_room(home.root, error) from error
        if is_damage(error) and not isinstance(error, WarehouseError):
            raise damaged() from error
        raise


# the homes that this process restores: the run that builds what is derived is a part of that
_being_restored: set[Path] = set()


@contextmanager
def being_restored(home: Home) -> Iterator[None]:
    """Lets the runs of this process take a home that is not whole yet."""
    _being_restored.add(home.root)
    try:
        yield
    finally:
        _being_restored.discard(home.root)


def require_whole(home: Home) -> None:
    """Errors: HomeIsNotWholeError, where a restore was interrupted."""
    if home.restoring.exists() and home.root not in _being_restored:
        raise HomeIsNotWholeError(
            f"a restore into {home.root} was interrupted and its state is not whole: run `make restore` again, with the same FROM"
        )


def require_judged(home: Home, last: date) -> None:
    """Errors: NotJudgedError, where raw storage up to a date holds what no gate judged, as a killed run leaves it."""
    judged = {(v.source, v.table, v.on, v.content_id) for v in Verdicts(home.control).through(last)}
    found = registry.batches(home.control, date.min, last)
    left = [(b.on, b.source, b.table) for b in found if (b.source, b.table, b.on, b.content_id) not in judged]
    left += registry.unrecorded(home.control, home.raw, last)
    if left:
        (on, source, table), newest = min(left), max(left)[0]
        more = f" and {len(left) - 1:,} more up to {newest}" if len(left) > 1 else ""
        raise NotJudgedError(
            f"a run ended before a gate judged what it took in: {source}.{table} of {on}{more}."
            f" make materialize FROM={on} TO={newest} judges it; the folders must be in {home.landing}"
        )


@contextmanager
def held(home: Home, wait_seconds: float, holder: str, say: Callable[[str], object]) -> Iterator[None]:
    """The home's lock, with a note of who holds it beside it. Inside one process, who has it may take it again: a command
    holds it from its first look to its summary, and the run that it starts holds it too.

    Errors: HomeIsBusyError, after so many seconds.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    lock, note = FileLock(home.lock, is_singleton=True, thread_local=False), home.lock.with_suffix(".holder.json")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        who = _holder(note)
        try:
            if wait_seconds:
                say(f"{home.root} is held by {who}; waiting up to {wait_seconds:g} s")
            lock.acquire(timeout=wait_seconds)
        except Timeout:
            raise HomeIsBusyError(
                f"{home.root} is held by {who}; gave up after {wait_seconds:g} s."
                " Run this again when that has ended, or let it wait longer: C360_LOCK_WAIT_SECONDS"
            ) from None
    is_outermost = lock.lock_counter == 1
    try:
        if is_outermost:
            note.write_text(json.dumps({"pid": os.getpid(), "holder": holder}), encoding="utf-8")
        yield
    finally:
        if is_outermost:
            note.unlink(missing_ok=True)
        lock.release()


def _holder(note: Path) -> str:
    try:
        told = json.loads(note.read_text(encoding="utf-8"))
        return f"process {told['pid']} ({told['holder']})"
    except (OSError, ValueError, KeyError):
        return "another process"
