"""Text files that a plain read cannot account for line by line: blank lines, quoted newlines, broken records, bad bytes.

Belongs here: telling good records from broken ones by physical line, without losing a good one to its neighbour's open
quote. Not here: what the values are worth (cells.py). Slower than a plain read, so only files that need it come here.

A plain read is not enough: after an unterminated quote DuckDB's reader may drop good lines without a word.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

import duckdb
from charset_normalizer import from_bytes

from integrations.sources.file_drop.cells import literal
from integrations.sources.file_drop.drops import Drop, open_bytes
from integrations.sources.file_drop.errors import UnreadableFileError
from integrations.sources.file_drop.parse import NO_DELIMITER, read_lines

BAD_MARK = "\x02"  # stands where bytes were no UTF-8
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


def normalise(drop: Drop, target: Path) -> None:
    """Write the file as UTF-8 with one kind of line end, bad bytes marked, physical lines as they were."""
    with target.open("w", encoding="utf-8", newline="") as stream:
        for text in _decoded(drop.path):
            stream.write(text)


def refuse_other_encodings(connection: duckdb.DuckDBPyConnection, drop: Drop, plain: Path) -> None:
    """One bad byte spoils its line; where most lines have some, the file was written in another encoding, and that is said once.

    Errors: UnreadableFileError, with the encoding that the file seems to have.
    """
    found = connection.execute(
        f"select count(*) filter (contains(line, '{BAD_MARK}')), count(*) from {read_lines([plain])}"
    ).fetchone()
    marked, lines = found or (0, 0)
    if lines >= _ENCODING_FROM_LINES and marked * 2 > lines:
        with open_bytes(drop.path) as stream:
            guess = from_bytes(stream.read(_CHUNK)).best()
        mend = f"write it as UTF-8 (it reads as {guess.encoding})" if guess else "write it as UTF-8"
        raise UnreadableFileError(drop.path, f"{marked:,} of its {lines:,} lines are no UTF-8", mend)


def split_csv(connection: duckdb.DuckDBPyConnection, drop: Drop, plain: Path, target: Path) -> int:
    """Write the good records of a normalised CSV file to `target`, each with its physical line as one more column.

    Leaves table `broken` (line, text): the records that break the rules. Returns how many good records there are.
    Errors: UnreadableFileError, when a line is longer than can be read.
    """
    rest = len(drop.header) - 1
    complete, plain_line = rf"^{_FIELD}(?:,{_FIELD}){{{rest}}}$", rf"^{_PLAIN}(?:,{_PLAIN}){{{rest}}}$"
    connection.execute(
        "create or replace temp table lines as select line, text, "
        "case when contains(text, $mark) then false else regexp_matches(text, $plain) end as is_complete "
        f"from (select row_number() over () as line, coalesce(line, '') as text from {read_lines([plain])}) where line > $header",
        {"plain": plain_line, "header": drop.header_lines, "mark": BAD_MARK},
    )
    found = connection.execute("select count(*) from lines").fetchone()
    if found is None or found[0] != drop.lines - drop.header_lines:
        raise UnreadableFileError(drop.path, "a line is longer than 2 MiB", "close the open quote or split the line")
    patterns = {"opens": _OPENS, "closes": _CLOSES, "within": _WITHIN, "complete": complete, "balanced": _BALANCED}
    connection.execute(_SEGMENTS, {**patterns, "mark": BAD_MARK})
    connection.execute(_BROKEN)
    written = connection.execute(
        f"copy (select replace(text, '{_LONE_RETURN}', chr(13)) || ',' || line from "
        f"(select line, text from lines where is_complete union all select line, text from segments where is_complete) "
        f"order by line) to {literal(str(target))} "
        f"(format csv, header false, quote '', escape '', delimiter '{NO_DELIMITER[0]}')"
    ).fetchone()
    return int(written[0]) if written else 0


# A complete line without a stray quote is a record of its own, whatever quote stands open above it. The lines between are
# cut where a quote opens that the line before cannot have left open; each piece is a record, or broken.
_SEGMENTS = """
create or replace temp table segments as
with loose as (
    select line, text, line - row_number() over (order by line) as run,
        regexp_matches(text, $opens) as opens, regexp_matches(text, $closes) as closes, contains(text, $mark) as marked,
        regexp_matches(text, $within) as within
    from lines where not is_complete
),
events as (
    select *, case when marked then false when opens and closes then null when opens then true when within then null
        else false end as leaves_open
    from loose
),
states as (
    select *, coalesce(last_value(leaves_open ignore nulls)
        over (partition by run order by line rows between unbounded preceding and 1 preceding), false) as is_open
    from events
),
pieces as (
    select *, sum(cast(not is_open or marked or coalesce(leaves_open, false) as int))
        over (partition by run order by line) as piece
    from states
),
joined as (
    select run, piece, min(line) as line, string_agg(text, chr(10) order by line) as text, list(line order by line) as lines
    from pieces group by run, piece
)
select line, text, lines, regexp_matches(text, $complete) and not contains(text, $mark) as is_complete,
    regexp_matches(text, $balanced) and not contains(text, $mark) as is_balanced
from joined where text <> ''
"""

# A record in good quotes with too few or too many columns is one; in any other piece each line is its own.
_BROKEN = """
create or replace temp table broken as
select line, text from segments where not is_complete and is_balanced
union all
select lines.line, lines.text from lines
join (select unnest(lines) as line from segments where not is_complete and not is_balanced) using (line)
where lines.text <> ''
"""
