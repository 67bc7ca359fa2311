"""Text files that a plain read cannot account for line by line: blank lines, quoted newlines, broken records, bad bytes.

Belongs here: telling good records from broken ones by physical line, without losing a good one to its neighbour's open
quote. Not here: what the values are worth (cells.py). Slower than a plain read, so only files that need it come here.

A plain read is not enough: after an unterminated quote DuckDB's reader may drop good lines without a word.
"""

from __future__ import annotations

import codecs
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import duckdb
from charset_normalizer import from_bytes

from foundation.contract import Table
from integrations.sources.file_drop.cells import literal
from integrations.sources.file_drop.drops import Drop, open_bytes
from integrations.sources.file_drop.errors import LandingError, UnreadableFileError
from integrations.sources.file_drop.parse import BAD_MARK, NO_DELIMITER, by_file, csv_source, read_lines

_LONE_RETURN = "\x03"  # stands for a carriage return that ends no line
_CHUNK = 1 << 20
_ENCODING_FROM_LINES = 10

# What a physical line can be: it opens a quoted newline, stands within one, ends one, or ends one and opens the next.
_INSIDE = r'(?:[^"]|"")*'
_FIELD = rf'(?:"{_INSIDE}"|[^",\n{_LONE_RETURN}][^,\n{_LONE_RETURN}]*|)'
_PLAIN = rf'(?:"{_INSIDE}"|[^",\n{_LONE_RETURN}]*)'  # no quote within: a line of these alone continues nothing
_OPENS = rf'^(?:{_FIELD},)*"{_INSIDE}$'
_CLOSES = rf'^{_INSIDE}"(?:,{_FIELD})*$'
_WITHIN = rf'^{_INSIDE}(?:"(?:,{_FIELD})*,"{_INSIDE})?$'
_BALANCED = rf"^{_FIELD}(?:,{_FIELD})*$"


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return BAD_MARK, error.end


codecs.register_error("mark-bad-bytes", _mark)


def _decoded(path: Path) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="mark-bad-bytes")
    held = ""
    with open_bytes(path) as stream:
        while chunk := stream.read(_CHUNK):
            text = held + decoder.decode(chunk)
            held = text[-1:] if text.endswith("\r") else ""
            yield _plain(text[: len(text) - len(held)])
    yield _plain(held + decoder.decode(b"", final=True))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", _LONE_RETURN)


def shown(text: str) -> str:
    """SQL for a normalised text as a person should see it."""
    return f"replace(replace({text}, '{BAD_MARK}', chr(65533)), '{_LONE_RETURN}', chr(13))"


@dataclass(frozen=True)
class Plain:
    """A file, and where its text stands as UTF-8 with one kind of line end, bad bytes marked, physical lines as they were."""

    drop: Drop
    path: Path


def normalise(drop: Drop, target: Path) -> Plain:
    """Write the file's text to `target`."""
    with target.open("w", encoding="utf-8", newline="") as stream:
        for text in _decoded(drop.path):
            stream.write(text)
    return Plain(drop, target)


def refusals(connection: duckdb.DuckDBPyConnection, plains: Sequence[Plain]) -> dict[Path, LandingError]:
    """What is wrong with those of the files that cannot be read line by line."""
    rows = connection.execute(
        f"select file_index, count(*), count(*) filter (contains(line, '{BAD_MARK}')) "
        f"from {read_lines([plain.path for plain in plains])} group by all"
    ).fetchall()
    counts = {index: (lines, marked) for index, lines, marked in rows}
    found = {plain.drop.path: _refusal(plain.drop, *counts.get(index, (0, 0))) for index, plain in enumerate(plains)}
    return {path: error for path, error in found.items() if error}


def _refusal(drop: Drop, lines: int, marked: int) -> LandingError | None:
    # One bad byte spoils its line; where most lines have some, the file was written in another encoding: that is said once.
    if lines >= _ENCODING_FROM_LINES and marked * 2 > lines:
        with open_bytes(drop.path) as stream:
            guess = from_bytes(stream.read(_CHUNK)).best()
        mend = f"write it as UTF-8 (it reads as {guess.encoding})" if guess else "write it as UTF-8"
        return UnreadableFileError(drop.path, f"{marked:,} of its {lines:,} lines are no UTF-8", mend)
    if lines != drop.lines:
        return UnreadableFileError(drop.path, "a line is longer than 2 MiB", "close the open quote or split the line")
    return None


def split_csv(connection: duckdb.DuckDBPyConnection, plains: Sequence[Plain]) -> dict[int, int]:
    """Tell the good records of normalised CSV files from those that break the rules; returns how many good ones each has.

    Leaves the tables `good` and `broken` (_file_index, line, text): which of the files, the physical line in it.
    """
    drops = [plain.drop for plain in plains]
    above = by_file([str(lines) for lines in accumulate((drop.lines for drop in drops[:-1]), initial=0)])
    header = by_file([str(drop.header_lines) for drop in drops])
    connection.execute(
        f"create or replace temp table lines as select _file_index, line, text, "
        f"case when contains(text, '{BAD_MARK}') then false else {_is_complete(_PLAIN, drops)} end as is_complete "
        f"from (select _file_index, place - {above} as line, text from (select cast(file_index as bigint) as _file_index, "
        f"row_number() over () as place, coalesce(line, '') as text from {read_lines([plain.path for plain in plains])})) "
        f"where line > {header}"
    )
    connection.execute(_segments(_is_complete(_FIELD, drops)))
    connection.execute(_GOOD)
    connection.execute(_BROKEN)
    return dict(connection.execute("select _file_index, count(*) from good group by all").fetchall())


def _is_complete(field: str, drops: Sequence[Drop]) -> str:
    """SQL for whether `text` has as many fields as the header of its file."""
    widths = [len(drop.header) for drop in drops]
    # Each pattern a constant: one that is not known when the query is planned is compiled anew for every row.
    patterns = {width: literal(rf"^{field}(?:,{field}){{{width - 1}}}$") for width in sorted(set(widths))}
    cases = " ".join(f"when {width} then regexp_matches(text, {pattern})" for width, pattern in patterns.items())
    return f"case {by_file([str(width) for width in widths])} {cases} end"


def repaired_source(connection: duckdb.DuckDBPyConnection, table: Table, plains: Sequence[Plain], folder: Path) -> str:
    """Raw values of the `good` records, each with its file and line. Writes them to `folder` first."""
    by_header: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, plain in enumerate(plains):
        by_header[plain.drop.header].append(index)
    sources = []
    for header, indexes in by_header.items():
        clean = folder / f"{indexes[0]}.csv"
        connection.execute(
            f"copy (select replace(text, '{_LONE_RETURN}', chr(13)) || ',' || _file_index || ',' || line from good "
            f"where _file_index in ({', '.join(map(str, indexes))}) order by _file_index, line) to {literal(str(clean))} "
            f"(format csv, header false, quote '', escape '', delimiter '{NO_DELIMITER[0]}')"
        )
        sources.append(csv_source(table, [clean], header, repaired=True))
    return " union all ".join(sources)


# A complete line without a stray quote is a record of its own, whatever quote stands open above it. The lines between are
# cut where a quote opens that the line before cannot have left open; each piece is a record, or broken.
def _segments(is_complete: str) -> str:
    return f"""
create or replace temp table segments as
with loose as (
    select _file_index, line, text, line - row_number() over (partition by _file_index order by line) as run,
        regexp_matches(text, {literal(_OPENS)}) as opens, regexp_matches(text, {literal(_CLOSES)}) as closes,
        contains(text, '{BAD_MARK}') as marked, regexp_matches(text, {literal(_WITHIN)}) as within
    from lines where not is_complete
),
events as (
    select *, case when marked then false when opens and closes then null when opens then true when within then null
        else false end as leaves_open
    from loose
),
states as (
    select *, coalesce(last_value(leaves_open ignore nulls)
        over (partition by _file_index, run order by line rows between unbounded preceding and 1 preceding), false) as is_open
    from events
),
pieces as (
    select *, sum(cast(not is_open or marked or coalesce(leaves_open, false) as int))
        over (partition by _file_index, run order by line) as piece
    from states
),
joined as (
    select _file_index, run, piece, min(line) as line, string_agg(text, chr(10) order by line) as text,
        list(line order by line) as lines
    from pieces group by _file_index, run, piece
)
select _file_index, line, text, lines, {is_complete} and not contains(text, '{BAD_MARK}') as is_complete,
    regexp_matches(text, {literal(_BALANCED)}) and not contains(text, '{BAD_MARK}') as is_balanced
from joined where text <> ''
"""


_GOOD = """
create or replace temp view good as
select _file_index, line, text from lines where is_complete
union all
select _file_index, line, text from segments where is_complete
"""

# A record in good quotes with too few or too many columns is one; in any other piece each line is its own.
_BROKEN = """
create or replace temp table broken as
select _file_index, line, text from segments where not is_complete and is_balanced
union all
select _file_index, lines.line, lines.text from lines
join (select _file_index, unnest(lines) as line from segments where not is_complete and not is_balanced)
using (_file_index, line)
where lines.text <> ''
"""
