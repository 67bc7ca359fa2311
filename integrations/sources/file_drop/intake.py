"""The batches of one table, taken in together: opened, staged, settled, written, counted.

Belongs here: the order of the steps and what makes a batch fail. Not here: the steps themselves (drops.py, staging.py,
settle.py, replace.py).
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path

import duckdb

from foundation.contract import Table
from foundation.home import Home
from integrations.sources.file_drop.drops import Drop, check_manifest, open_drop, read_manifest
from integrations.sources.file_drop.errors import LandingError, ManifestMismatchError
from integrations.sources.file_drop.replace import Replacer
from integrations.sources.file_drop.scan import Batch
from integrations.sources.file_drop.settle import COUNTS, REASONS, ROWS_BY_FILE, settle
from integrations.sources.file_drop.staging import Stager, Stages
from integrations.sources.registry import BatchResult


class Intake:
    """All batches of one table."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: Table,
        batches: Sequence[Batch],
        home: Home,
        scratch: Path,
        time_zone: str,
    ) -> None:
        self._connection, self._table, self._home, self._time_zone = connection, table, home, time_zone
        self._batches = {batch.on: batch for batch in batches}
        self._scratch = scratch / table.relation
        self._scratch.mkdir()
        self._drops: dict[date, list[Drop]] = {}
        self._errors: dict[date, LandingError] = {}

    def run(self) -> list[BatchResult]:
        """Take all of them in; one result each."""
        self._open()
        stages = Stager(self._connection, self._table, self._scratch).read(
            [drop for on in self._good() for drop in self._drops[on]]
        )
        for on in self._good():
            failed = next((stages.errors[drop.path] for drop in self._drops[on] if drop.path in stages.errors), None)
            if failed is not None:
                self._errors[on] = failed
        self._settle(stages)
        if self._miscounted():
            self._settle(stages)
        Replacer(self._connection, self._table, self._good(), self._home, self._scratch).write()
        results = self._results(stages)
        shutil.rmtree(self._scratch)
        return results

    def _good(self) -> list[date]:
        return [on for on in sorted(self._batches) if on not in self._errors]

    def _open(self) -> None:
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            for on, opened in zip(self._batches, pool.map(self._open_batch, self._batches.values()), strict=True):
                if isinstance(opened, LandingError):
                    self._errors[on] = opened
                else:
                    self._drops[on] = opened

    @staticmethod
    def _open_batch(batch: Batch) -> list[Drop] | LandingError:
        try:
            drops = [open_drop(path) for path in batch.files]
        except LandingError as error:
            return error
        return check_manifest(batch, drops) or drops

    def _settle(self, stages: Stages) -> None:
        dates = {drop.path: on for on in self._good() for drop in self._drops[on]}
        files = sorted(
            (file for file in stages.files if file.drop.path in dates),
            key=lambda file: (dates[file.drop.path], file.drop.path.name),
        )
        settle(self._connection, self._table, files, dates)

    def _miscounted(self) -> bool:
        """Whether a manifest promises other counts of rows than landed; its batch then has its error."""
        promised = {on: read_manifest(self._batches[on]) for on in self._good()}
        promised = {on: (names, rows) for on, (names, rows) in promised.items() if rows is not None}
        if not promised:
            return False
        found = self._connection.execute(ROWS_BY_FILE).fetchall()
        for on, (names, rows) in promised.items():
            landed = sum(count for landed_on, name, count in found if landed_on == on and (not names or name in names))
            if landed != rows:
                wrong = f"it promises {rows} rows and {landed} landed"
                self._errors[on] = ManifestMismatchError(
                    self._batches[on].manifest, wrong, "land the files again, or mend the manifest"
                )
        return not promised.keys().isdisjoint(self._errors)

    def _results(self, stages: Stages) -> list[BatchResult]:
        counts = {row[0]: row[1:] for row in self._connection.execute(COUNTS).fetchall()}
        reasons: dict[date, dict[str, int]] = {}
        for on, reason, number in self._connection.execute(REASONS).fetchall():
            reasons.setdefault(on, {})[reason] = number
        results = []
        for on, batch in self._batches.items():
            result = partial(BatchResult, source=self._table.source, table=self._table.name, on=on, files=len(batch.files))
            if on in self._errors:
                results.append(result(error=str(self._errors[on])))
                continue
            landed, refused, superseded, cells = counts.get(on, (0, 0, 0, 0))
            results.append(
                result(
                    rows_landed=landed,
                    rows_accepted=landed - refused - superseded,
                    rows_quarantined=refused,
                    cells_quarantined=cells,
                    rows_superseded=superseded,
                    reasons=reasons.get(on, {}),
                    unknown_columns=tuple(sorted({name for drop in self._drops[on] for name in stages.unknown[drop.path]})),
                    content_id=self._content_id(self._drops[on]),
                )
            )
        return results

    def _content_id(self, drops: Sequence[Drop]) -> str:
        """The same for the same files, read by the same contract in the same time zone."""
        digest = hashlib.sha256(repr((self._table, self._time_zone)).encode())
        for drop in drops:
            digest.update(f"\n{drop.path.name} {drop.sha256}".encode())
        return digest.hexdigest()
