"""Nights of a small bank: folders land, and a run takes them in and judges them by the assets themselves. No test is here."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from expectations.verdicts import Verdict
from foundation.home import Home

if TYPE_CHECKING:
    from assets.workspace import Workspace

BALANCES, CUSTOMERS, TRANSACTIONS = REQUIRED = (
    "core_banking.balances", "core_banking.customers", "core_banking.transactions",
)  # fmt: skip


class Nights:
    """A home, which the settings name; of the required tables it knows three alone."""

    def __init__(self, home: Home) -> None:
        self.home = home

    @cached_property
    def workspace(self) -> Workspace:
        from assets.workspace import Workspace  # this loads what reads the settings

        return Workspace()

    def land(self, on: date, *names: str, **files: bytes) -> None:
        """Folders of these tables for a date, empty or with these Parquet files."""
        for name in names:
            self.folder(name, on).mkdir(parents=True, exist_ok=True)
            for file, content in files.items():
                (self.folder(name, on) / f"{file}.parquet").write_bytes(content)

    def folder(self, name: str, on: date) -> Path:
        return self.home.landing / name.replace(".", "/") / str(on)

    def take_in(self, first: date, last: date | None = None) -> dg.ExecuteInProcessResult:
        """Raw and gate 1 over these dates, as one run."""
        from assets import raw
        from assets.partitions import RANGE_END, RANGE_START

        job = dg.define_asset_job("taking_in", selection=dg.AssetSelection.groups("raw"))
        definitions = dg.Definitions([raw.raw], asset_checks=[raw.gate_1], jobs=[job], resources={"workspace": self.workspace})
        tags = {RANGE_START: str(first), RANGE_END: str(last or first)}
        with dg.DagsterInstance.ephemeral() as instance:
            ready = definitions.get_repository_def().get_job("taking_in")
            return ready.execute_in_process(instance=instance, tags=tags, raise_on_error=False)

    def run(self, first: date, last: date | None = None) -> date | None:
        """A run through the marts, as far as gates know of it. The date that they then speak of; None: it was held back."""
        self.take_in(first, last)
        try:
            as_of = self.workspace.as_of(first, last or first)
        except dg.Failure:
            return None
        self.workspace.progress.finish("marts", as_of)
        return as_of

    def verdicts(self) -> list[Verdict]:
        """All of them, as they now stand."""
        return self.workspace.verdicts.through(date.max)
