"""The stages of one table: which files are read together, what went wrong with which file, and what each stage holds.

Belongs here: grouping files, counting what was read against what is there, sending uneven files through repair. Not here:
the query of a stage (parse.py), what is accepted in the end (settle.py).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from foundation.contract import Table
from foundation.room import is_about_room
from integrations.sources.file_drop.cells import DELETED, literal
from integrations.sources.file_drop.drops import Drop
from integrations.sources.file_drop.errors import LandingError, TooLittleMemoryError, UnreadableFileError
from integrations.sources.file_drop.parse import (
    PARQUET,
    by_file,
    hides_file_index,
    jsonl_source,
    parquet_rows,
    parquet_shapes,
    parquet_source,
    parquet_types,
    read_lines,
    stage_query,
    text_source,
)
from integrations.sources.file_drop.repair import Plain, normalise, refusals, repaired_source, shown, split_csv

# A date that brings more than this in one kind of format has a stage of its own: one that needs nothing left out is kept as it
# is. Files that need repair are taken together up to as much.
_TOGETHER_TO_BYTES = 16 << 20
# names of columns are shown to many: a telephone number, an address or a sentence in place of one is not
_NAME, _DIGIT, _DIGITS_OF_DATA = re.compile(r"[\w$ .:/()-]{1,64}"), re.compile(r"\d"), 9


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
        self._uneven: list[Drop] = []
        self.stages = Stages()
        connection.execute("create or replace temp table broken_lines (path varchar, line bigint, text varchar)")

    def read(self, drops: Sequence[Drop]) -> Stages:
        """Stage every file; a file that cannot be read is named in `errors` and the others go on."""
        readable = [drop for drop in drops if not self._is_foreign(drop)]
        self._uneven = [drop for drop in readable if not drop.is_even]
        even = [drop for drop in readable if drop.is_even]
        for group in self._groups([drop for drop in even if drop.format == "parquet"]):
            self._in_halves(self._read_parquet, group, self._refuse)
        for group in self._groups([drop for drop in even if drop.format != "parquet"]):
            self._in_halves(self._read_text, group, lambda drop, _: self._uneven.append(drop))
        for kind in ("csv", "jsonl"):
            for group in _bounded([drop for drop in self._uneven if drop.format == kind]):
                self._in_halves(self._repair, group, self._refuse)
        return self.stages

    def _is_foreign(self, drop: Drop) -> bool:
        if drop.format != "csv" or set(drop.header) & self._known:
            return False
        mend = "write a header with the contract's names, separated by commas"
        self.stages.errors[drop.path] = UnreadableFileError(drop.path, "no column of it is in the contract", mend)
        return True

    def _groups(self, drops: Sequence[Drop]) -> Iterator[list[Drop]]:
        """The files that are read together: as many as can be, for where files are small it is the queries that cost."""
        by_date: dict[date, list[Drop]] = defaultdict(list)
        for drop in drops:
            by_date[self._dates[drop.path]].append(drop)
        together: list[Drop] = []
        for of_date in by_date.values():
            if sum(drop.size for drop in of_date) > _TOGETHER_TO_BYTES:
                yield of_date
            else:
                together += of_date
        if together:
            yield together

    def _in_halves(
        self, read: Callable[[Sequence[Drop]], None], drops: Sequence[Drop], give_up: Callable[[Drop, duckdb.Error], None]
    ) -> None:
        """Read files together. One bad file makes all of them unreadable: halves of them show which it is."""
        try:
            read(drops)
        except duckdb.Error as error:
            if is_about_room(error):
                raise  # no fault of the file that was read meanwhile: refused for it, a good file would count as a bad one
            if len(drops) == 1:
                if isinstance(error, duckdb.OutOfMemoryException):
                    raise TooLittleMemoryError(drops[0].path) from None  # no fault of the file either
                give_up(drops[0], error)
                return
            middle = len(drops) // 2
            self._in_halves(read, drops[:middle], give_up)
            self._in_halves(read, drops[middle:], give_up)

    def _refuse(self, drop: Drop, error: duckdb.Error) -> None:
        # The reader's own message may quote a value, so that only its kind is told.
        wrong = f"it cannot be read as {drop.format} ({type(error).__name__})"
        self.stages.errors[drop.path] = UnreadableFileError(drop.path, wrong, "land it again, whole")

    def _places(self, group: Sequence[Drop]) -> list[tuple[str, date]]:
        return [(drop.path.name, self._dates[drop.path]) for drop in group]

    def _read_parquet(self, group: Sequence[Drop]) -> None:
        shapes = parquet_shapes(self._connection, [drop.path for drop in group])
        by_shape: dict[str | None, list[Drop]] = defaultdict(list)
        for drop in group:
            by_shape[shapes.get(str(drop.path))].append(drop)
        # read together, columns of several types would become one type: what a file says would depend on the others
        staged = [each for alike in by_shape.values() for each in self._read_alike(alike)]
        self.stages.files += staged

    def _read_alike(self, group: Sequence[Drop]) -> list[Staged]:
        files = [drop.path for drop in group]
        types = parquet_types(self._connection, files)
        if len(group) > 1 and hides_file_index(types):
            return [each for drop in group for each in self._read_alike([drop])]
        stage = self._write(stage_query(self._table, parquet_source(self._table, files, types), self._places(group), types=types))
        for drop in group:
            self._note_unknown(drop, types)
        return self._whole_ones(self._staged(group, stage))

    def _whole_ones(self, staged: Sequence[Staged]) -> list[Staged]:
        """Those of which every row that the file counts is in the stage; the others are refused."""
        counted = parquet_rows(self._connection, [each.drop.path for each in staged])
        for each in staged:
            if each.records != counted[str(each.drop.path)]:
                wrong = f"of its {counted[str(each.drop.path)]} rows {each.records} could be read"
                self.stages.errors[each.drop.path] = UnreadableFileError(each.drop.path, wrong, "land it again, whole")
        return [each for each in staged if each.drop.path not in self.stages.errors]

    def _read_text(self, group: Sequence[Drop]) -> None:
        alike = sorted(group, key=lambda drop: drop.shape)
        stage = self._write(stage_query(self._table, text_source(self._table, alike), self._places(alike)))
        read = self._staged(alike, stage)
        whole = [each for each in read if each.records == each.drop.lines - each.drop.header_lines]
        self._note_json_names([Plain(each.drop, each.drop.path) for each in whole if each.drop.format == "jsonl"])
        for each in whole:
            self._take(each)
        self._uneven += [each.drop for each in read if each.records != each.drop.lines - each.drop.header_lines]

    def _repair(self, group: Sequence[Drop]) -> None:
        with TemporaryDirectory(dir=self._scratch) as name:
            folder = Path(name)
            plains = [normalise(drop, folder / f"{number}.txt") for number, drop in enumerate(group)]
            refused = refusals(self._connection, plains)
            self.stages.errors |= refused
            if left := [plain for plain in plains if plain.drop.path not in refused]:
                self._repair_csv(left, folder) if group[0].format == "csv" else self._repair_jsonl(left)

    def _repair_csv(self, plains: Sequence[Plain], folder: Path) -> None:
        drops = [plain.drop for plain in plains]
        good = split_csv(self._connection, plains)
        source = repaired_source(self._connection, self._table, plains, folder)
        stage = self._write(stage_query(self._table, source, self._places(drops), repaired=True))
        staged = self._staged(drops, stage)
        path = by_file([literal(str(drop.path)) for drop in drops])
        self._connection.execute(f"insert into broken_lines select {path}, line, {shown('text')} from broken")
        expected = [good.get(index, 0) for index in range(len(drops))]
        self._take_repaired([replace(each, is_repaired=True) for each in staged], expected)

    def _repair_jsonl(self, plains: Sequence[Plain]) -> None:
        drops = [plain.drop for plain in plains]
        source = jsonl_source(self._table, [plain.path for plain in plains])
        staged = self._staged(drops, self._write(stage_query(self._table, source, self._places(drops))))
        self._note_json_names(plains)
        self._take_repaired(staged, [drop.lines for drop in drops])

    def _take_repaired(self, files: Sequence[Staged], records: Sequence[int]) -> None:
        for staged, expected in zip(files, records, strict=True):
            if staged.records == expected:
                self._take(staged)
                continue
            mend = "close the open quote, or split the line: 2 MiB is the longest that is read"
            wrong = UnreadableFileError(staged.drop.path, "some of its lines cannot be read", mend)
            self.stages.errors[staged.drop.path] = wrong

    def _take(self, staged: Staged) -> None:
        self._note_unknown(staged.drop, staged.drop.header)
        self.stages.files.append(staged)

    def _write(self, query: str) -> Path:
        stage = self._scratch / f"stage-{next(self._numbers)}.parquet"
        self._connection.execute(f"copy ({query}) to {literal(str(stage))} ({PARQUET})")
        return stage

    def _staged(self, group: Sequence[Drop], stage: Path) -> list[Staged]:
        rows = self._connection.execute(
            "select _file, _landed_on, min(file_row_number), count(*) "
            f"from read_parquet({literal(str(stage))}, file_row_number = true) group by all"
        ).fetchall()
        self.stages.records[stage] = sum(row[-1] for row in rows)
        counts = {(file, on): (first, records) for file, on, first, records in rows}
        places = zip(group, self._places(group), strict=True)
        return [Staged(drop, stage, *counts.get(place, (0, 0)), lines_before=drop.header_lines) for drop, place in places]

    def _note_unknown(self, drop: Drop, names: Iterable[str]) -> None:
        self.stages.unknown[drop.path] |= {_told(name) for name in names if name not in self._known}

    def _note_json_names(self, plains: Sequence[Plain]) -> None:
        if not plains:
            return
        rows = self._connection.execute(
            "select distinct file_index, unnest(json_keys(line)) as name from (select file_index, "
            f"case when json_valid(line) then line end as line from {read_lines([plain.path for plain in plains])})"
        ).fetchall()
        for index, name in rows:
            self._note_unknown(plains[index].drop, [name])


def _told(name: str) -> str:
    """An unknown column's name where it is one: where data stands in its place, it says nothing but its length."""
    return name if _NAME.fullmatch(name) and len(_DIGIT.findall(name)) < _DIGITS_OF_DATA else f"({len(name)} characters)"


def _bounded(drops: Iterable[Drop]) -> list[list[Drop]]:
    """The files in groups that are not too large; a larger file is alone."""
    groups: list[list[Drop]] = []
    size = 0
    for drop in drops:
        size += drop.size
        if not groups or size > _TOGETHER_TO_BYTES:
            groups.append([])
            size = drop.size
        groups[-1].append(drop)
    return groups
