"""Gate 1: judges the raw tables of some dates and gives one verdict per table and date.

Belongs here: which rows are judged, beside what. Not here: the rules (contract/landing.yml and landing.yml beside this
file; daily.py makes those about a whole date) and what a verdict holds back (verdicts.py says it, assets/ obey it).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from uuid import uuid4

import duckdb

from expectations.batches import Landed, Limits, Stale
from expectations.daily import create_daily, daily_demands
from expectations.demands import Demand, contract_demands, read_demands
from expectations.findings import Finding, Severity
from expectations.learned import Learned, learn
from expectations.validate import Judge
from expectations.verdicts import Gate, Verdict
from foundation.contract import Table
from foundation.engine import UNHELD, Engine

RULES = Path(__file__).with_name("landing.yml")


def _readable(batches: Sequence[Landed], table: Table) -> list[Path]:
    return [batch.file for batch in batches if batch.table == table and batch.error is None]


@contextmanager
def _gate_database(
    judged: Sequence[Landed], known: Mapping[Table, Sequence[Path]], learned: Learned, stale: Sequence[Stale], engine: Engine
) -> Iterator[str]:
    """A named in-memory database with a view per judged table (an empty one where nothing came), the keys known, and what is
    known of the dates. Yields its name."""
    name = f":memory:gate_{uuid4().hex}"
    with duckdb.connect(name) as connection:
        engine.hold(connection)
        for table in _tables(judged, stale):
            paths = _readable(judged, table)
            rows = f"select * from {_parquet(paths)} where not _deleted" if paths else f"select * from {_empty(table)}"
            connection.execute(f"create view {table.relation} as {rows}")
        for table, landed in known.items():
            rows = _parquet(landed) if landed else _empty(table)
            key = ", ".join(table.key)
            connection.execute(
                f"create table known_{table.relation} as"
                f" select {key}, min(_landed_on) as _landed_on from {rows} where not _deleted group by all"
            )
        create_daily(connection, judged, learned, stale)
        yield name


def _parquet(paths: Sequence[Path]) -> str:
    return "read_parquet([" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths) + "])"


def _empty(table: Table) -> str:
    columns = ", ".join(f"cast(null as {column.sql_type}) as {column.name}" for column in table.columns)
    faults = "cast(null as struct(column_name varchar, reason varchar, raw_value varchar)[]) as _faults"
    return f"(select {columns}, cast(null as date) as _landed_on, false as _deleted, {faults} where false)"


def _tables(judged: Sequence[Landed], stale: Sequence[Stale]) -> list[Table]:
    found = {batch.table for batch in judged if batch.error is None} | {each.table for each in stale}
    return sorted(found, key=lambda table: table.full_name)


@cache
def _rules(min_reference_ratio: float) -> list[Demand]:
    return read_demands(RULES, {"min_reference_ratio": min_reference_ratio})


def landing_demands(table: Table, limits: Limits) -> list[Demand]:
    """Every rule that gate 1 has for one table: the contract's, the business's, and those about a date as a whole."""
    own = [demand for demand in _rules(limits.min_reference_ratio) if demand.table == table.full_name]
    return [*contract_demands(table), *own, *daily_demands(table, limits)]


def referenced_tables(tables: Sequence[Table]) -> list[Table]:
    """The tables whose keys the rules look up."""
    text = RULES.read_text(encoding="utf-8")
    return [table for table in tables if f"to: {table.full_name}." in text or f"known_{table.relation}" in text]


def judge_landing(
    judged: Sequence[Landed],
    *,
    known: Mapping[Table, Sequence[Path]],
    limits: Limits,
    learned: Learned | None = None,
    stale: Sequence[Stale] = (),
    engine: Engine = UNHELD,
) -> tuple[list[Finding], list[Verdict]]:
    """Findings, and one verdict per batch and per date on which a table is stale.

    `known` gives, for each table that rules refer to, the raw files whose keys count as landed; `learned` what is usual for
    the judged batches (None: nothing is).
    Errors: validate.GateError, where a rule cannot be tried.
    """
    findings = [_unreadable(batch) for batch in judged if batch.error]
    demands = {table: landing_demands(table, limits) for table in _tables(judged, stale)}
    if demands:
        rules = " ".join(demand.rows or "" for own in demands.values() for demand in own)
        needed = {table: files for table, files in known.items() if f"known_{table.relation}" in rules}
        usual = learned or learn((), (), (), limits)
        with _gate_database(judged, needed, usual, stale, engine) as name, Judge(name) as judge:
            for table, own in demands.items():
                findings += judge.judge(table.relation, own, key=_shown_key(table), by_date=True)
    return findings, [_verdict(batch, findings) for batch in judged] + [_stale_verdict(each, findings) for each in stale]


def _shown_key(table: Table) -> list[str]:
    """The columns by which a row may be shown: none where a part of the key identifies a person."""
    return [] if any(table.column(name).pii for name in table.key) else list(table.key)


def _unreadable(batch: Landed) -> Finding:
    return Finding(
        batch.table.full_name, "files_can_be_read", str(batch.error), "critical", passed=False, dates={batch.on: 1}, unexpected=1
    )


def _against(table: Table, on: date, findings: Sequence[Finding], severity: Severity) -> tuple[str, ...]:
    """What was found against a table on a date, the most rows first."""
    name = table.full_name
    found = [each for each in findings if each.table == name and each.severity == severity and each.dates.get(on)]
    return tuple(each.failure(on) for each in sorted(found, key=lambda each: -each.dates[on]))


def _verdict(batch: Landed, findings: Sequence[Finding]) -> Verdict:
    failures, table = _against(batch.table, batch.on, findings, "critical"), batch.table
    gate: Gate = "closed" if failures else "open"
    return Verdict(table.source, table.name, batch.on, table.required, gate, batch.content_id, failures)


def _stale_verdict(each: Stale, findings: Sequence[Finding]) -> Verdict:
    """Nothing came, and that for too long: held back only where the table's entry calls it critical."""
    severity = each.freshness.severity
    failures = _against(each.table, each.on, findings, severity)
    return Verdict(each.table.source, each.table.name, each.on, severity == "critical", "missing", failures=failures)
