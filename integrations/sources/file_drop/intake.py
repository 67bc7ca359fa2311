"""The batches of one table, taken in together: opened, staged, settled, written, counted.

Belongs here: the order of the steps and what makes a batch fail. Not here: the steps themselves (drops.py, staging.py,
settle.py, replace.py).
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import duckdb

from foundation.contract import Table
from foundation.home import Home
from integrations.sources.file_drop.drops import Drop, open_drop, stamp_of
from integrations.sources.file_drop.errors import LandingError, ManifestMismatchError, UnfinishedLandingError
from integrations.sources.file_drop.manifest import check_manifest, read_manifest
from integrations.sources.file_drop.replace import Replacer
from integrations.sources.file_drop.scan import Batch, files_in
from integrations.sources.file_drop.settle import COUNTS, REASONS, ROWS_BY_FILE, settle
from integrations.sources.file_drop.staging import Staged, Stager, Stages
from integrations.sources.registry import BatchResult


def refused(batch: Batch, error: LandingError) -> BatchResult:
    """What becomes of a batch that cannot be taken in."""
    # it has landed: what is said of a date without a folder, whose content is '', is not said of it
    content = hashlib.sha256(f"refused {[path.name for path in batch.files]} {error}".encode()).hexdigest()
    return BatchResult(batch.table.source, batch.table.name, batch.on, len(batch.files), content_id=content, error=str(error))


def content_id(table: Table, time_zone: str, drops: Sequence[Drop]) -> str:
    """The same for the same files, read by the same contract in the same time zone."""
    digest = hashlib.sha256(repr((table, time_zone)).encode())
    for drop in drops:
        digest.update(f"\n{drop.path.name} {drop.sha256}".encode())
    return digest.hexdigest()


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
        self._dates: dict[Path, date] = {}
        self._errors: dict[date, LandingError] = {}

    def run(self) -> list[BatchResult]:
        """Take all of them in; one result each."""
        self._open()
        self._dates = {drop.path: on for on in self._good() for drop in self._drops[on]}
        stages = Stager(self._connection, self._table, self._scratch, self._dates).read(
            [drop for on in self._good() for drop in self._drops[on]]
        )
        for on in self._good():
            failed = next((stages.errors[drop.path] for drop in self._drops[on] if drop.path in stages.errors), None)
            if failed is not None:
                self._errors[on] = failed
        self._refuse_changed()
        self._settle(stages)
        if self._miscounted():
            self._settle(stages)
        results = self._results(stages)
        Replacer(self._connection, self._table, self._good(), self._home, self._scratch).write(self._whole(stages, results))
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
        return check_manifest(batch.folder, {drop.path.name: drop.sha256 for drop in drops}) or drops

    def _refuse_changed(self) -> None:
        """A folder that was written to while it was read may hold half of what it will: none of it is taken."""
        for on, drops in self._drops.items():
            batch, read = self._batches[on], {drop.path: drop.stamp for drop in drops}
            now = {path: stamp_of(path) for path in files_in(batch.folder)} if batch.folder.is_dir() else {}
            if changed := sorted(path for path in read.keys() | now.keys() if read.get(path) != now.get(path)):
                mend = "run the date again when it is whole; a manifest, or a name that ends in .part until then, says when"
                self._errors[on] = UnfinishedLandingError(changed[0], "it changed while it was read", mend)

    def _settle(self, stages: Stages) -> None:
        dates = {drop.path: on for on in self._good() for drop in self._drops[on]}
        files = sorted(
            (file for file in stages.files if file.drop.path in dates),
            key=lambda file: (dates[file.drop.path], file.drop.path.name),
        )
        settle(self._connection, self._table, files, dates)

    def _miscounted(self) -> bool:
        """Whether a manifest promises other counts of rows than landed; its batch then has its error."""
        promised = {on: manifest for on in self._good() if (manifest := read_manifest(self._batches[on].folder))}
        promised = {on: manifest for on, manifest in promised.items() if manifest.rows is not None}
        if not promised:
            return False
        found = self._connection.execute(ROWS_BY_FILE).fetchall()
        for on, manifest in promised.items():
            names = manifest.files
            landed = sum(count for landed_on, name, count in found if landed_on == on and (names is None or name in names))
            if landed != manifest.rows:
                wrong = f"it promises {manifest.rows} rows and {landed} landed"
                mend = "land the files again, or mend the manifest"
                self._errors[on] = ManifestMismatchError(manifest.path, wrong, mend)
        return not promised.keys().isdisjoint(self._errors)

    def _whole(self, stages: Stages, results: Sequence[BatchResult]) -> dict[date, Path]:
        """The stages that hold one date's rows, all of them accepted: they are its raw file as they stand."""
        files_of: dict[Path, list[Staged]] = defaultdict(list)
        for staged in stages.files:
            files_of[staged.stage].append(staged)
        accepted = {result.on: result.rows_accepted for result in results if result.error is None}
        whole = {}
        for stage, files in files_of.items():
            on = self._dates[files[0].drop.path]
            is_of_one_date = {staged.drop.path for staged in files} == {drop.path for drop in self._drops[on]}
            if is_of_one_date and 0 < stages.records[stage] == accepted.get(on) and not files[0].is_repaired:
                whole[on] = stage
        return whole

    def _results(self, stages: Stages) -> list[BatchResult]:
        counts = {row[0]: row[1:] for row in self._connection.execute(COUNTS).fetchall()}
        reasons: dict[date, dict[str, int]] = {}
        for on, reason, number in self._connection.execute(REASONS).fetchall():
            reasons.setdefault(on, {})[reason] = number
        results = []
        for on, batch in self._batches.items():
            if on in self._errors:
                results.append(refused(batch, self._errors[on]))
                continue
            landed, bad, superseded, cells = counts.get(on, (0, 0, 0, 0))
            results.append(
                BatchResult(
                    self._table.source,
                    self._table.name,
                    on,
                    len(batch.files),
                    rows_landed=landed,
                    rows_accepted=landed - bad - superseded,
                    rows_quarantined=bad,
                    cells_quarantined=cells,
                    rows_superseded=superseded,
                    reasons=reasons.get(on, {}),
                    unknown_columns=tuple(sorted({name for drop in self._drops[on] for name in stages.unknown[drop.path]})),
                    content_id=content_id(self._table, self._time_zone, self._drops[on]),
                )
            )
        return results
