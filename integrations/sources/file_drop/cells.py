"""SQL for one cell: what it is worth as its contract type, and what is wrong with it.

Belongs here: how text or a typed Parquet value becomes a contract type, and the reason codes. Not here: whole rows
(parse.py). Every expression is null where the value cannot be taken; no expression raises.
"""

from __future__ import annotations

from dataclasses import dataclass

from foundation.contract import Column, Table

DELETED = "_deleted"
NULL_KEY, BAD_KEY, NULL_VALUE, BAD_TYPE = "null_key", "bad_key", "null_value", "bad_type"
NOT_ALLOWED, MALFORMED_ROW = "not_allowed", "malformed_row"

_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_TIMESTAMP = r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?"
_OFFSET = r"(Z|[+-]\d{2}(:?\d{2})?)"
_NOT_JSON = "('nan', 'inf', 'infinity')"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _number(raw: str, sql_type: str, *, whole: bool) -> str:
    # A cast rounds 12.5 to 13 and takes 1_000 and 0x1F: what does not print as it was read is looked at again.
    value = f"try_cast({raw} as {sql_type})"
    fits = f"regexp_full_match({raw}, '{_NUMBER}')"
    if whole:
        fits += f" and try_cast({raw} as double) = trunc(try_cast({raw} as double))"
    return f"case when {value}::varchar = {raw} then {value} when {fits} then {value} end"


def _timestamp(raw: str) -> str:
    value = f"try_cast({raw} as timestamp)"
    with_seconds = f"regexp_replace({raw}, '^(.{{16}})(Z|[+-])', '\\1:00\\2')"  # without them no offset is read
    return (
        f"case when strlen({raw}) = 19 and {value}::varchar = replace({raw}, 'T', ' ') then {value} "
        f"when regexp_full_match({raw}, '{_TIMESTAMP}') then {value} "
        f"when regexp_full_match({raw}, '{_TIMESTAMP}{_OFFSET}') "
        f"then try_cast(try_cast({with_seconds} as timestamptz) as timestamp) end"
    )


def from_text(raw: str, contract_type: str, sql_type: str) -> str:
    """The worth of a varchar expression. Offsets are converted to the session's time zone."""
    if contract_type == "text":
        return raw
    if contract_type == "date":
        return f"case when strlen({raw}) = 10 and try_cast({raw} as date)::varchar = {raw} then try_cast({raw} as date) end"
    if contract_type == "timestamp":
        return _timestamp(raw)
    if contract_type == "boolean":
        return f"case lower({raw}) when 'true' then true when '1' then true when 'false' then false when '0' then false end"
    if contract_type == "json":
        return f"case when json_valid({raw}) and ltrim(lower(trim({raw})), '+-') not in {_NOT_JSON} then {raw} end"
    return _number(raw, sql_type, whole=contract_type == "integer")


def from_typed(raw: str, parquet_type: str, contract_type: str, sql_type: str) -> str:
    """The worth of an expression of a Parquet column's type (as DuckDB names it)."""
    if parquet_type == "VARCHAR":
        return from_text(raw, contract_type, sql_type)
    if contract_type in ("text", "json"):
        return as_text(raw, parquet_type)
    if contract_type == "date" and parquet_type.startswith("TIMESTAMP"):
        local = f"try_cast({raw} as timestamp)"
        return f"case when isfinite({local}) and {local} = date_trunc('day', {local}) then try_cast({local} as date) end"
    if contract_type in ("date", "timestamp"):
        known = parquet_type == "DATE" or parquet_type.startswith("TIMESTAMP")
        return f"case when isfinite({raw}) then try_cast({raw} as {sql_type}) end" if known else f"cast(null as {sql_type})"
    if contract_type == "boolean":
        return f"case when {raw}::varchar in ('true', '1') then true when {raw}::varchar in ('false', '0') then false end"
    if parquet_type == "BOOLEAN" or parquet_type == "DATE" or parquet_type.startswith("TIME"):
        return f"cast(null as {sql_type})"
    if contract_type == "integer":
        return f"case when try_cast({raw} as double) = trunc(try_cast({raw} as double)) then try_cast({raw} as {sql_type}) end"
    return f"try_cast({raw} as {sql_type})"


def as_text(raw: str, parquet_type: str) -> str:
    nested = parquet_type.startswith(("STRUCT", "MAP")) or parquet_type.endswith("]")
    return f"cast(to_json({raw}) as varchar)" if nested else f"cast({raw} as varchar)"


@dataclass(frozen=True)
class Cell:
    """One contract column in a query that holds its raw value as `raw` and its worth as `value`."""

    column: Column
    raw: str
    value: str
    raw_text: str
    is_key: bool

    @property
    def not_allowed(self) -> str | None:
        if not self.column.allowed:
            return None
        # Not IN: DuckDB makes a join of it, and a join does not keep the order that line numbers are counted by.
        return f"not list_contains([{', '.join(literal(each) for each in self.column.allowed)}], {self.value})"

    @property
    def fault(self) -> str | None:
        """True where the cell is at fault (else false or null); None: it cannot be."""
        found = [f"{self.value} is null"] if self.column.required else []
        if not self.column.required and self.column.type != "text":
            found.append(f"({self.raw} is not null and {self.value} is null)")
        if self.not_allowed:
            found.append(self.not_allowed)
        return "(" + " or ".join(found) + ")" if found else None

    @property
    def accepted(self) -> str:
        """What an accepted row carries."""
        if self.column.required or not self.not_allowed:
            return self.value
        return f"case when not ({self.not_allowed}) then {self.value} end"

    @property
    def record(self) -> str:
        """The fault as a struct, null where there is none."""
        null, bad = (NULL_KEY, BAD_KEY) if self.is_key else (NULL_VALUE, BAD_TYPE)
        reason = f"case when {self.raw} is null then '{null}' when {self.value} is null then '{bad}' else '{NOT_ALLOWED}' end"
        record = f"{{'column_name': '{self.column.name}', 'reason': {reason}, 'raw_value': {self.raw_text}}}"
        return f"case when {self.fault} then {record} end"


def deleted_column() -> Column:
    return Column(name=DELETED, type="boolean")


def empty_row(table: Table) -> str:
    """A select list of typed nulls, one for each contract column."""
    return ", ".join(f"cast(null as {column.sql_type}) as {quoted(column.name)}" for column in table.columns)
