"""Gate 1's rules about a date as a whole: its quarantine, its rows, its freshness, how its values are distributed.

Belongs here: the demands, and the relations of the gate's database that they read. Not here: what is usual (learned.py), rules
about single rows (landing.yml).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from expectations.batches import Landed, Limits, Stale
from expectations.demands import Demand
from expectations.findings import Severity
from expectations.learned import Learned
from expectations.recent import recent_entries, watched_columns
from foundation.contract import Table

_DAYS = """
create table days as select *,
    format('{:,} rows, {:,} to {:,} are usual by {} recent dates',
        landed, cast(ceil(low) as bigint), cast(floor(high) as bigint), days) as rows_told,
    format('{:.1f}% quarantined, up to {:.1f}% is usual by {} recent dates',
        100.0 * quarantined / landed, 100 * quarantine_bound, days) as quarantine_told
from learned_days
"""
_DRIFTS = """
create table drifts as select table_name, _landed_on, column_name, drift,
    format('stability index {:.2f} against {} recent dates', drift, days) as told
from learned_drifts
"""


def create_daily(
    connection: duckdb.DuckDBPyConnection, judged: Sequence[Landed], learned: Learned, stale: Sequence[Stale]
) -> None:
    """Creates `batches`, `days`, `drifts` and `stale`, which the demands of this module read."""
    rows = [(b.table.full_name, b.on, b.rows_landed, b.rows_quarantined) for b in judged if b.error is None]
    _create(connection, "batches", "table_name varchar, _landed_on date, landed bigint, quarantined bigint", rows)
    _create(
        connection,
        "stale",
        "table_name varchar, _landed_on date, told varchar",
        [(s.table.full_name, s.on, s.told) for s in stale],
    )
    for name, table, query in (("learned_days", learned.days, _DAYS), ("learned_drifts", learned.drifts, _DRIFTS)):
        connection.register(name, table)
        connection.execute(query)
        connection.unregister(name)


def _create(connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: Sequence[Sequence[object]]) -> None:
    connection.execute(f"create table {name} ({columns})")
    if rows:
        values = [pa.array(each) for each in zip(*rows, strict=True)]
        connection.register("given", pa.table(values, names=[f"c{number}" for number in range(len(values))]))
        connection.execute(f"insert into {name} from given")
        connection.unregister("given")


def daily_demands(table: Table, limits: Limits) -> list[Demand]:
    """Every rule about one table's dates."""
    name, key = table.full_name, ", ".join(f"null as {column}" for column in table.key)
    entry, learning = recent_entries()[table], limits.learning

    def told(code: str, says: str, severity: Severity, relation: str, told_by: str, where: str) -> Demand:
        rows = f"select {key}, _landed_on, {told_by} as told from {relation} where table_name = '{name}' and {where}"
        return Demand(name, code, says, severity, rows=rows, is_told=True)

    demands = [_quarantine(table, limits, key), *_cells(table, limits, key)]
    odd_share = f"quarantined > {limits.tolerated_rows} and quarantined > quarantine_bound * landed"
    demands += [
        told("quarantine_is_usual", "no more of a date's rows are quarantined than usual", "warning", "days", "quarantine_told",
             odd_share),
        told("rows_are_usual", "a date brings about as many rows as usual", "warning", "days", "rows_told",
             "(landed < low or landed > high)"),
    ]  # fmt: skip
    if entry.too_few == "critical":
        demands.append(
            told("rows_are_not_far_too_few", "a date does not bring far fewer rows than usual", "critical", "days", "rows_told",
                 "landed > 0 and landed < closing_low")
        )  # fmt: skip
    if entry.freshness:
        says = f"the last folder is at most {entry.freshness.max_age_days} days old"
        demands.append(told("is_fresh", says, entry.freshness.severity, "stale", "told", "true"))
    return demands + [
        told(f"{column}_is_distributed_as_usual", f"{column} is distributed about as on recent dates", "warning", "drifts",
             "told", f"column_name = '{column}' and drift > {learning.drift}")
        for column in watched_columns(table, entry)
    ]  # fmt: skip


def _cells(table: Table, limits: Limits, key: str) -> list[Demand]:
    """A column of which much cannot be read is null for many: what rests on it would be wrong, and nothing would say so."""
    if all(column.required for column in table.columns):
        return []
    rows = f"""
        select {key}, _landed_on, string_agg(
            format('{{}}: {{:,}} cells of {{:,}} rows', column_name, cells, landed), ', ' order by cells desc, column_name
        ) as told
        from (
            select _landed_on, fault.column_name, count(*) as cells
            from (select _landed_on, unnest(_faults) as fault from {{batch}} where _faults is not null)
            group by _landed_on, fault.column_name
        )
        inner join batches using (_landed_on)
        where table_name = '{table.full_name}' and cells > {limits.tolerated_rows}
            and cells > {limits.max_quarantine_ratio} * landed
        group by _landed_on
    """
    says = (
        f"at most {limits.max_quarantine_ratio * 100:g}% of a column's cells on a date, or {limits.tolerated_rows}, are refused"
    )
    return [Demand(table.full_name, "cells_are_bounded", says, rows=rows, is_told=True)]


def _quarantine(table: Table, limits: Limits, key: str) -> Demand:
    rows = (
        f"select {key}, _landed_on, unnest(range(quarantined)) from batches where table_name = '{table.full_name}'"
        f" and quarantined > {limits.tolerated_rows} and quarantined > {limits.max_quarantine_ratio} * landed"
    )
    says = f"at most {limits.max_quarantine_ratio * 100:g}% of a date's rows, or {limits.tolerated_rows}, are quarantined"
    return Demand(table.full_name, "quarantine_is_bounded", says, rows=rows)
