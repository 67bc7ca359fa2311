"""From stages to what stands in the end: accepted rows, superseded rows, quarantine, and the counts of each date.

Belongs here: set-based queries over one table's stages. Not here: reading files (staging.py), writing folders (write.py).

`settle` leaves these for one table: view `landed` (every record with its file, date and place in its stage), tables
`superseded` (_landed_on, _file, _place) and `quarantined` (the columns of the quarantine files).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from foundation.contract import Table
from integrations.sources.file_drop.cells import DELETED, MALFORMED_ROW, empty_row, literal, quoted
from integrations.sources.file_drop.repair import shown
from integrations.sources.file_drop.staging import Staged

_EMPTY_STAGE = (
    f"cast(null as boolean) as {DELETED}, cast(null as varchar) as _file, cast(null as date) as _landed_on, "
    "cast(null as varchar) as _kind, "
    "cast(null as struct(column_name varchar, reason varchar, raw_value varchar)[]) as _faults, "
    "cast(null as bigint) as _given_line, cast(null as bigint) as _place, cast(null as varchar) as _stage"
)
_ACCEPTED = "(_kind is null or _kind = 'cell')"


def raw_columns(table: Table) -> str:
    """The columns of a raw file: the contract's, whether the row is a removal, where it came from, and which of its cells
    were refused (`_kind` is then 'cell')."""
    return ", ".join([*(quoted(column.name) for column in table.columns), DELETED, "_file", "_landed_on", "_kind", "_faults"])


def accepted_query(table: Table) -> str:
    """The rows that count of what landed, with the columns of the raw files in their order."""
    return f"select {raw_columns(table)} from landed anti join superseded using (_landed_on, _file, _place) where {_ACCEPTED}"


def settle(connection: duckdb.DuckDBPyConnection, table: Table, files: Sequence[Staged], dates: Mapping[Path, date]) -> None:
    """Bring the stages together. `files` in the order of date and name; `dates`: each file's folder date."""
    _note_places(connection, files, dates)
    _view_landed(connection, table, files)
    _find_superseded(connection, table)
    _collect_quarantine(connection, table)


def _note_places(connection: duckdb.DuckDBPyConnection, files: Sequence[Staged], dates: Mapping[Path, date]) -> None:
    connection.execute(
        "create or replace temp table placed (_stage varchar, path varchar, _file varchar, _landed_on date, first bigint, "
        "lines_before bigint)"
    )
    places = [
        (str(each.stage), str(each.drop.path), each.drop.path.name, dates[each.drop.path], each.first, each.lines_before)
        for each in files
    ]
    if places:  # as columns: row by row, thousands of inserts would cost more than the queries after them
        columns = {f"v{number}": list(values) for number, values in enumerate(zip(*places, strict=True))}
        connection.execute(f"insert into placed select {', '.join(f'unnest(${name})' for name in columns)}", columns)


def _view_landed(connection: duckdb.DuckDBPyConnection, table: Table, files: Sequence[Staged]) -> None:
    stages = {literal(str(staged.stage)): staged.is_repaired for staged in files}
    parts = [
        f"select {raw_columns(table)}, {'_given_line' if is_repaired else 'cast(null as bigint)'} as _given_line, "
        f"file_row_number as _place, {stage} as _stage from read_parquet({stage}, file_row_number = true)"
        for stage, is_repaired in stages.items()
    ] or [f"select {empty_row(table)}, {_EMPTY_STAGE} where false"]
    # A stage may still hold rows of a file that was read again into another.
    everything = f"from ({' union all '.join(parts)}) semi join placed using (_stage, _landed_on, _file)"
    connection.execute(f"create or replace temp view landed as select * {everything} where _kind is distinct from 'blank'")


def _find_superseded(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    keys = ", ".join(quoted(name) for name in table.key)
    # Hashes first: sorting every row of a history to find no double would cost more than reading it.
    connection.execute(
        f"create or replace temp table doubtful as select _landed_on, hash({keys}) as key_hash from landed where {_ACCEPTED} "
        "group by all having count(*) > 1"
    )
    doubts = (
        "select *, row_number() over (partition by _landed_on order by _file, _place) as _row "
        f"from (select *, hash({keys}) as key_hash from landed where {_ACCEPTED}) semi join doubtful using (_landed_on, key_hash)"
    )
    beaten = _beaten_by_version(keys, table.version, doubts) if table.version else _beaten_by_place(keys, doubts)
    connection.execute(
        f"create or replace temp table superseded as select _landed_on, _file, _place from ({beaten}) where is_beaten"
    )


def _beaten_by_place(keys: str, rows: str) -> str:
    """The last row of a key says all that there is to say."""
    return f"select *, _row < max(_row) over (partition by _landed_on, {keys}) as is_beaten from ({rows})"


def _beaten_by_version(keys: str, version: str, rows: str) -> str:
    """A removal parts a folder as it parts folders: the last one stands, for it tells what earlier folders lose, and so does
    the newest of what comes after it."""
    key = f"_landed_on, {keys}"
    order = f"partition by {key}, _row > removed order by {quoted(version)} desc, _row desc"
    return (
        f"select *, _row < removed or (_row > removed and row_number() over ({order}) > 1) as is_beaten from "
        f"(select *, coalesce(max(case when {DELETED} then _row end) over (partition by {key}), 0) as removed from ({rows}))"
    )


def _collect_quarantine(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    pii = {column.name for column in table.pii}
    readable = not pii & set(table.key)
    parts = " || ':' || ".join(f"cast({quoted(name)} as varchar)" for name in table.key)
    key = parts if readable else "cast(null as varchar)"
    connection.execute(
        f"create or replace temp table quarantined as "
        f"select {literal(table.source)} as source, {literal(table.name)} as table_name, _landed_on as business_date, "
        f"_file as file, coalesce(_given_line, _place - first + 1 + lines_before) as line, _kind as kind, "
        f"case when fault.reason <> '{MALFORMED_ROW}' then {key} end as key, "
        f"fault.column_name as column_name, fault.reason as reason, {shown('fault.raw_value')} as raw_value "
        "from (select *, unnest(_faults) as fault from landed where _faults is not null) join placed using (_landed_on, _file) "
        f"union all select {literal(table.source)}, {literal(table.name)}, _landed_on, _file, line, 'row', null, null, "
        f"'{MALFORMED_ROW}', text from broken_lines join placed using (path)"
    )


COUNTS = """
with counts as (
    select _landed_on, count(*) as landed, count(*) filter (_kind = 'row') as refused from landed group by all
),
broken as (select _landed_on, count(*) as broken from broken_lines join placed using (path) group by all),
doubles as (select _landed_on, count(*) as superseded from superseded group by all),
cells as (select business_date as _landed_on, count(*) as cells from quarantined where kind = 'cell' group by all),
dates as (select distinct _landed_on from placed)
select _landed_on, coalesce(landed, 0) + coalesce(broken, 0), coalesce(refused, 0) + coalesce(broken, 0),
    coalesce(superseded, 0), coalesce(cells, 0)
from dates left join counts using (_landed_on) left join broken using (_landed_on) left join doubles using (_landed_on)
left join cells using (_landed_on)
"""
REASONS = "select business_date, reason, count(*) from quarantined group by all order by all"
ROWS_BY_FILE = """
with records as (
    select _landed_on, _file, count(*) as found from landed group by all
    union all
    select _landed_on, _file, count(*) from broken_lines join placed using (path) group by all
)
select _landed_on, _file, cast(sum(found) as bigint) from records group by all
"""
