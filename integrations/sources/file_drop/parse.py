"""From landed files to a stage: one Parquet file holding every record of many files, typed, with its faults beside it.

Belongs here: how each format is read, and the query that types and judges a record. Not here: what a cell may hold
(cells.py), lines that break the CSV rules (repair.py), what is made of the stage (settle.py).

A stage has the contract's columns, then `_deleted`, `_file`, `_landed_on`, `_kind` ('row': refused whole, 'cell': some
cells refused, 'blank': a line without anything, null: good) and `_faults`: the columns of a raw file, so that a stage without
anything to leave out becomes one as it is. The order of records is that of the files and their lines. A stage made of a
repaired file also has `_given_line`; else a record's line follows from its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

import duckdb

from foundation.contract import Column, Table
from integrations.sources.file_drop.cells import (
    DELETED,
    MALFORMED_ROW,
    Cell,
    as_text,
    deleted_column,
    from_text,
    from_typed,
    literal,
    quoted,
)
from integrations.sources.file_drop.drops import Drop

# No text holds it, so that a physical line is read as one column.
NO_DELIMITER = "\x01\x02\x03\x04"
BAD_MARK = "\x02"  # stands where bytes were no UTF-8
PARQUET = "format parquet, compression lz4"
_FAULT_TYPE = "struct(column_name varchar, reason varchar, raw_value varchar)"


def paths(files: Sequence[Path]) -> str:
    """Files as DuckDB's readers take them: each as itself, whatever stands in its name, and not as a pattern for others."""
    return "[" + ", ".join(literal(re.sub(r"([*?\[])", r"[\1]", str(path))) for path in files) + "]"


def _wanted(table: Table) -> tuple[Column, ...]:
    return (*table.columns, deleted_column())


def read_lines(files: Sequence[Path]) -> str:
    """The physical lines of files as column `line`, an empty one as null."""
    return (
        f"read_csv({paths(files)}, columns = {{'line': 'varchar'}}, header = false, auto_detect = false, "
        f"quote = '', escape = '', delim = '{NO_DELIMITER}', strict_mode = false, ignore_errors = true)"
    )


def text_source(table: Table, drops: Sequence[Drop]) -> str:
    """Raw values of text files in the order given, which must have files of one shape beside each other."""
    sources: list[str] = []
    first = 0
    for (kind, header), alike in groupby(drops, key=lambda drop: drop.shape):
        files = [drop.path for drop in alike]
        sources.append(csv_source(table, files, header, first) if kind == "csv" else jsonl_source(table, files, first))
        first += len(files)
    return " union all ".join(sources)


def csv_source(table: Table, files: Sequence[Path], header: Sequence[str], first: int = 0, *, repaired: bool = False) -> str:
    """Raw values of CSV files with one header, `first` the number of the first among all files that are read. A line that breaks
    the rules is left out: the caller counts lines. `repaired`: each line ends with the number of its file and its own."""
    # Positions instead of names: a header may name columns that differ in case alone.
    names = [f"c{place}" for place in range(len(header))] + (["file", "line"] if repaired else [])
    columns = ", ".join(f"'{name}': 'varchar'" for name in names)
    found = dict(zip(header, names, strict=False))
    raw = [f"{found.get(column.name, 'cast(null as varchar)')} as {quoted('r_' + column.name)}" for column in _wanted(table)]
    # a lone carriage return within quotes of the first record would be guessed to end lines; what was repaired ends them by LF
    ends = ", new_line = '\\n'" if repaired else ""
    place = "cast(file as bigint) as _file_index, cast(line as bigint) as _given_line" if repaired else _file_index(first)
    return (
        f"select {', '.join(raw)}, cast(null as varchar) as _broken, false as _blank, {place} "
        f"from read_csv({paths(files)}, columns = {{{columns}}}, header = {not repaired}, auto_detect = false, delim = ',', "
        f"quote = '\"', escape = '\"', strict_mode = true, null_padding = false, ignore_errors = true{ends})"
    )


def _file_index(first: int) -> str:
    return f"cast(file_index + {first} as bigint) as _file_index"


def jsonl_source(table: Table, files: Sequence[Path], first: int = 0) -> str:
    """Raw values of JSON lines. A line that is no JSON object, or holds BAD_MARK, stands in `_broken`."""
    shape = "{" + ", ".join(f'"{column.name}": "VARCHAR"' for column in _wanted(table)) + "}"
    raw = ", ".join(f"nullif(record[{literal(column.name)}], '') as {quoted('r_' + column.name)}" for column in _wanted(table))
    # Nested, for json_type raises on what is not JSON.
    good = f"case when json_valid(line) then json_type(line) = 'OBJECT' and not contains(line, '{BAD_MARK}') end"
    return (
        f"select {raw}, case when record is null then line end as _broken, "
        f"coalesce(trim(line), '') = '' as _blank, _file_index from "
        f"(select line, case when {good} then json_transform(line, {literal(shape)}) end as record, {_file_index(first)} "
        f"from {read_lines(files)})"
    )


def parquet_source(table: Table, files: Sequence[Path], types: dict[str, str]) -> str:
    """Raw values of Parquet files that have the same columns of the same types."""
    raw = []
    for column in _wanted(table):
        value = quoted(column.name) if column.name in types else "cast(null as varchar)"
        if types.get(column.name) == "VARCHAR":
            value = f"nullif({value}, '')"
        raw.append(f"{value} as {quoted('r_' + column.name)}")
    place = "cast(0 as bigint) as _file_index" if len(files) == 1 else _file_index(0)
    columns = f"{', '.join(raw)}, cast(null as varchar) as _broken, false as _blank, {place}"
    return f"select {columns} from {read_parquet(files)}"


def hides_file_index(types: Mapping[str, str]) -> bool:
    """Whether a column of Parquet files stands in the place of what tells which of several files a row is of."""
    return any(name.casefold() == "file_index" for name in types)


def parquet_rows(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> dict[str, int]:
    """By file, the rows that it says it has."""
    return dict(
        connection.execute(
            f"select file_name, sum(num_rows)::bigint from parquet_file_metadata({paths(files)}) group by 1"
        ).fetchall()
    )


def read_parquet(files: Sequence[Path]) -> str:
    return f"read_parquet({paths(files)}, union_by_name = true, binary_as_string = true, hive_partitioning = false)"


def parquet_shapes(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> dict[str, str]:
    """By file, what tells columns and types of one from another's."""
    rows = connection.execute(
        "select file_name, to_json(list([name, type, type_length, converted_type, logical_type, "
        "num_children::varchar, scale::varchar, precision::varchar] order by column_id)) "
        f"from parquet_schema({paths(files)}) where column_id > 0 group by file_name"
    ).fetchall()
    return dict(rows)


def parquet_types(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> dict[str, str]:
    rows = connection.execute(f"describe select * from {read_parquet(files)}").fetchall()
    return {row[0]: row[1] for row in rows}


def _cell(table: Table, column: Column, types: dict[str, str] | None) -> tuple[Cell, str]:
    raw = quoted("r_" + column.name)
    kind = "VARCHAR" if types is None else types.get(column.name, "VARCHAR")
    if types is None or kind == "VARCHAR":
        worth, text = from_text(raw, column.type, column.sql_type), raw
    else:
        worth, text = from_typed(raw, kind, column.type, column.sql_type), as_text(raw, kind)
    value = raw if worth == raw else quoted("v_" + column.name)
    cell = Cell(column=column, raw=raw, value=value, raw_text=text, is_key=column.name in table.key)
    return cell, "" if worth == raw else f"{worth} as {value}"


def _any(faults: Sequence[str | None]) -> str:
    return " or ".join(fault for fault in faults if fault) or "false"


def _records(cells: Sequence[Cell]) -> str:
    records = ", ".join(cell.record for cell in cells if cell.fault)
    return f"list_filter(cast([{records}] as {_FAULT_TYPE}[]), lambda fault: fault is not null)"


def by_file(values: Sequence[str]) -> str:
    """The one of these expressions that belongs to a record's file."""
    return values[0] if len(set(values)) == 1 else f"list_extract([{', '.join(values)}], _file_index + 1)"


def stage_query(
    table: Table,
    source: str,
    places: Sequence[tuple[str, date]],
    *,
    types: dict[str, str] | None = None,
    repaired: bool = False,
) -> str:
    """The query that types and judges each record of a source.

    `places`: name and folder date of each of its files, in their order; `types`: of a Parquet source's columns;
    `repaired`: the source gives the lines itself.
    """
    pairs = [_cell(table, column, types) for column in _wanted(table)]
    parsed = ", ".join(["*", *(expression for _, expression in pairs if expression)])
    cells, deleted = [cell for cell, _ in pairs[:-1]], pairs[-1][0]
    keys, others = [cell for cell in cells if cell.is_key], [cell for cell in cells if cell.column.required and not cell.is_key]
    nullable = [cell for cell in cells if not cell.column.required]

    # An unreadable `_deleted` refuses the row: taken for false it would bring back what was to be removed.
    gone = f"coalesce({deleted.value}, false)"
    key_fault = _any([*(cell.fault for cell in keys), deleted.fault])
    row_fault = f"({key_fault}) or (not {gone} and ({_any([cell.fault for cell in others])}))"
    cell_fault = f"not {gone} and ({_any([cell.fault for cell in nullable])})"
    broken = f"[{{'column_name': null, 'reason': '{MALFORMED_ROW}', 'raw_value': _broken}}]"
    accepted = ", ".join(f"{cell.accepted} as {quoted(cell.column.name)}" for cell in cells)
    # Nested, not WITH: a WITH would be held in memory whole, and lose the order of the records.
    parsed = f"select {parsed} from ({source})"
    judged = (
        f"select *, case when _blank then 'blank' when _broken is not null then 'broken' when {row_fault} then 'row' "
        f"when {cell_fault} then 'cell' end as _found from ({parsed})"
    )
    file, on = (by_file([f"{literal(name)}" for name, _ in places]), by_file([f"date '{on}'" for _, on in places]))
    return (
        f"select {accepted}, {gone} as {DELETED}, {file} as _file, {on} as _landed_on, "
        f"case _found when 'broken' then 'row' else _found end as _kind, "
        f"case _found when 'broken' then cast({broken} as {_FAULT_TYPE}[]) "
        f"when 'row' then case when {gone} then {_records([*keys, deleted])} else {_records([*keys, deleted, *others])} end "
        f"when 'cell' then {_records(nullable)} end as _faults{', _given_line' if repaired else ''} from ({judged})"
    )
