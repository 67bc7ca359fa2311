"""The stages of one table: which files are read together, what went wrong with which file, and what each stage holds.

Belongs here: grouping files, counting what was read against what is there, sending uneven files through repair. Not here:
the query of a stage (parse.py), what is accepted in the end (settle.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from pathlib import Path

import duckdb

from foundation.contract import Table
from foundation.room import is_about_room
from integrations.sources.file_drop.cells import DELETED, literal
from integrations.sources.file_drop.drops import Drop
from integrations.sources.file_drop.errors import LandingError, UnreadableFileError
from integrations.sources.file_drop.parse import (
    PARQUET,
    csv_source,
    jsonl_source,
    parquet_source,
    parquet_types,
    read_lines,
    stage_query,
)
from integrations.sources.file_drop.repair import BAD_MARK, normalise, refuse_other_encodings, shown, split_csv

# A date that brings more than this in one format has a stage of its own: one that needs nothing left out is kept as it is.
_ALONE_FROM_BYTES = 16 << 20


@dataclass
class Staged:
    """Where one file's records lie: in which stage, from which record on, how many.

    `lines_before`: physical lines above its first record; `is_repaired`: the stage tells the lines itself.
    """

    drop: Drop
    stage: Path
    first: int = 0
    records: int = 0
    lines_before: int = 0
    is_repaired: bool = False


@dataclass
class Stages:
    """All that was read of one table. `records`: how many each stage holds, those of files read again elsewhere included.

    Table broken_lines (path, line, text) has the lines that no record could be made of.
    """

    files: list[Staged] = field(default_factory=list)
    records: dict[Path, int] = field(default_factory=dict)
    errors: dict[Path, LandingError] = field(default_factory=dict)
    unknown: dict[Path, set[str]] = field(default_factory=lambda: defaultdict(set))


class Stager:
    """Reads the files of one table into stages under a scratch folder."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: Table, scratch: Path, dates: Mapping[Path, date]) -> None:
        """`dates`: the folder date of each file that will be read."""
        self._connection = connection
        self._table = table
        self._scratch = scratch
        self._dates = dates
        self._numbers = count()
        self._known = {column.name for column in table.columns} | {DELETED}
        self.stages = Stages()
        connection.execute("create or replace temp table broken_lines (path varchar, line bigint, text varchar)")

    def read(self, drops: Sequence[Drop]) -> Stages:
        """Stage every file; a file that cannot be read is named in `errors` and the others go on."""
        alike: dict[tuple[str, tuple[str, ...], int], dict[date, list[Drop]]] = defaultdict(lambda: defaultdict(list))
        for drop in drops:
            alike[(drop.format, drop.header, drop.header_lines)][self._dates[drop.path]].append(drop)
        for by_date in alike.values():
            together: list[Drop] = []
            for of_date in by_date.values():
                if sum(drop.path.stat().st_size for drop in of_date) > _ALONE_FROM_BYTES:
                    self._read_group(of_date)
                else:
                    together += of_date
            if together:
                self._read_group(together)
        return self.stages

    def _places(self, group: Sequence[Drop]) -> list[tuple[str, date]]:
        return [(drop.path.name, self._dates[drop.path]) for drop in group]

    def _read_group(self, group: Sequence[Drop]) -> None:
        if group[0].format == "csv" and not set(group[0].header) & self._known:
            for drop in group:
                mend = "write a header with the contract's names, separated by commas"
                self.stages.errors[drop.path] = UnreadableFileError(drop.path, "no column of it is in the contract", mend)
            return
        for drop in group:
            if not drop.is_even:
                self._repair(drop)
        even = [drop for drop in group if drop.is_even]
        if not even:
            return
        try:
            self._accept(even, self._stage(even))
        except duckdb.Error as error:
            _pass_on_if_about_room(error)
            # One bad file makes the whole list unreadable: alone, each shows whether it is the one.
            for drop in even:
                self._read_alone(drop)

    def _read_alone(self, drop: Drop) -> None:
        try:
            self._accept([drop], self._stage([drop]))
        except duckdb.Error as error:
            _pass_on_if_about_room(error)
            if drop.format == "parquet":
                self._refuse(drop, error)
            else:
                self._repair(drop)

    def _refuse(self, drop: Drop, error: duckdb.Error) -> None:
        # The reader's own message may quote a value, so that only its kind is told.
        wrong = f"it cannot be read as {drop.format} ({type(error).__name__})"
        self.stages.errors[drop.path] = UnreadableFileError(drop.path, wrong, "land it again, whole")

    def _stage(self, group: Sequence[Drop]) -> Path:
        files, types = [drop.path for drop in group], None
        if group[0].format == "csv":
            source = csv_source(self._table, files, group[0].header)
        elif group[0].format == "jsonl":
            source = jsonl_source(self._table, files, bad_mark=BAD_MARK)
        else:
            types = parquet_types(self._connection, files)
            source = parquet_source(self._table, files, types)
        return self._write(stage_query(self._table, source, self._places(group), types=types))

    def _write(self, query: str) -> Path:
        stage = self._scratch / f"stage-{next(self._numbers)}.parquet"
        self._connection.execute(f"copy ({query}) to {literal(str(stage))} ({PARQUET})")
        return stage

    def _accept(self, group: Sequence[Drop], stage: Path) -> None:
        counts = self._counts(stage)
        for drop, place in zip(group, self._places(group), strict=True):
            first, records = counts.get(place, (0, 0))
            if drop.format != "parquet" and records != drop.lines - drop.header_lines:
                self._repair(drop)
                continue
            self.stages.files.append(Staged(drop, stage, first, records, drop.header_lines))
            self._note_unknown(drop, drop.header)
        if group[0].format != "csv":
            self._note_unknown_inside(group)

    def _counts(self, stage: Path) -> dict[tuple[str, date], tuple[int, int]]:
        rows = self._connection.execute(
            "select _file, _landed_on, min(file_row_number), count(*) "
            f"from read_parquet({literal(str(stage))}, file_row_number = true) group by all"
        ).fetchall()
        self.stages.records[stage] = sum(row[-1] for row in rows)
        return {(file, on): (first, records) for file, on, first, records in rows}

    def _note_unknown(self, drop: Drop, names: Sequence[str]) -> None:
        self.stages.unknown[drop.path] |= {name for name in names if name not in self._known}

    def _note_unknown_inside(self, group: Sequence[Drop]) -> None:
        files = [drop.path for drop in group]
        if group[0].format == "jsonl":
            self._note_json_names(group, files)
        elif not set(parquet_types(self._connection, files)) <= self._known:
            for drop in group:
                self._note_unknown(drop, list(parquet_types(self._connection, [drop.path])))

    def _note_json_names(self, group: Sequence[Drop], files: Sequence[Path]) -> None:
        rows = self._connection.execute(
            "select distinct file_index, unnest(json_keys(line)) as name from "
            f"(select file_index, case when json_valid(line) then line end as line from {read_lines(files)})"
        ).fetchall()
        for index, name in rows:
            self._note_unknown(group[index], [name])

    def _repair(self, drop: Drop) -> None:
        plain = self._scratch / f"plain-{next(self._numbers)}.txt"
        try:
            normalise(drop, plain)
            refuse_other_encodings(self._connection, drop, plain)
            self._repair_csv(drop, plain) if drop.format == "csv" else self._repair_jsonl(drop, plain)
        except LandingError as error:
            self.stages.errors[drop.path] = error
        except duckdb.Error as error:
            _pass_on_if_about_room(error)
            self._refuse(drop, error)
        finally:
            plain.unlink(missing_ok=True)

    def _repair_csv(self, drop: Drop, plain: Path) -> None:
        clean = self._scratch / f"clean-{next(self._numbers)}.csv"
        good = split_csv(self._connection, drop, plain, clean)
        source = csv_source(self._table, [clean], drop.header, repaired=True)
        stage = self._write(stage_query(self._table, source, self._places([drop]), repaired=True))
        clean.unlink()
        self._settle_repaired(drop, stage, good, is_repaired=True)
        query = f"insert into broken_lines select $path, line, {shown('text')} from broken"
        self._connection.execute(query, {"path": str(drop.path)})

    def _repair_jsonl(self, drop: Drop, plain: Path) -> None:
        source = jsonl_source(self._table, [plain], bad_mark=BAD_MARK)
        stage = self._write(stage_query(self._table, source, self._places([drop])))
        self._settle_repaired(drop, stage, drop.lines, is_repaired=False)
        self._note_json_names([drop], [plain])

    def _settle_repaired(self, drop: Drop, stage: Path, records: int, *, is_repaired: bool) -> None:
        if self._counts(stage).get(self._places([drop])[0], (0, 0))[1] != records:
            mend = "close the open quote, or split the line: 2 MiB is the longest that is read"
            raise UnreadableFileError(drop.path, "some of its lines cannot be read", mend)
        self.stages.files.append(Staged(drop, stage, 0, records, drop.header_lines, is_repaired))
        self._note_unknown(drop, drop.header)


def _pass_on_if_about_room(error: duckdb.Error) -> None:
    """A full disk is no fault of the file that was read meanwhile: refused for it, a good file would count as a bad one."""
    if is_about_room(error):
        raise error
