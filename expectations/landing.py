"""Gate 1: judges the raw tables of some dates and gives one verdict per table and date.

Belongs here: which rows are judged, beside what. Not here: the rules (contract/landing.yml and landing.yml beside this
file) and what a verdict holds back (verdicts.py says it, assets/ obey it).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from uuid import uuid4

import duckdb

from expectations.demands import Demand, contract_demands, read_demands
from expectations.findings import Finding
from expectations.validate import Judge
from expectations.verdicts import Verdict
from foundation.contract import Table

RULES = Path(__file__).with_name("landing.yml")


@dataclass(frozen=True)
class Landed:
    """One batch to be judged: a table's raw rows of one date, or the reason why there are none."""

    table: Table
    on: date
    file: Path
    rows_landed: int
    rows_quarantined: int
    content_id: str = ""
    error: str | None = None


@dataclass(frozen=True)
class Limits:
    """How much is too much. Ratios between 0 and 1; `tolerated_rows` bad rows never close a gate."""

    max_quarantine_ratio: float
    min_reference_ratio: float
    tolerated_rows: int


def _files(paths: Sequence[Path]) -> str:
    return "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths) + "]"


def _readable(batches: Sequence[Landed], table: Table) -> list[Path]:
    return [batch.file for batch in batches if batch.table == table and batch.error is None]


@contextmanager
def _gate_database(judged: Sequence[Landed], known: Mapping[Table, Sequence[Path]]) -> Iterator[str]:
    """A named in-memory database with a view per judged table, the keys known, and the batches. Yields its name."""
    name = f":memory:gate_{uuid4().hex}"
    with duckdb.connect(name) as connection:
        for table in {batch.table for batch in judged}:
            if paths := _readable(judged, table):
                connection.execute(
                    f"create view {table.relation} as select * from read_parquet({_files(paths)}) where not _deleted"
                )
        for table, landed in known.items():
            columns = ", ".join(f"{column.name} {column.sql_type}" for column in table.columns)
            rows = f"read_parquet({_files(landed)})" if landed else "empty_table"
            connection.execute(f"create or replace table empty_table ({columns}, _landed_on date, _deleted boolean)")
            key = ", ".join(table.key)
            connection.execute(
                f"create table known_{table.relation} as"
                f" select {key}, min(_landed_on) as _landed_on from {rows} where not _deleted group by all"
            )
        connection.execute("create table batches (table_name varchar, _landed_on date, landed bigint, quarantined bigint)")
        rows_of = [[b.table.full_name, b.on, b.rows_landed, b.rows_quarantined] for b in judged if b.error is None]
        if rows_of:
            connection.executemany("insert into batches values (?, ?, ?, ?)", rows_of)
        yield name


def _quarantine_demand(table: Table, limits: Limits) -> Demand:
    key = ", ".join(f"null as {column}" for column in table.key)
    rows = (
        f"select {key}, _landed_on, unnest(range(quarantined)) from batches where table_name = '{table.full_name}'"
        f" and quarantined > {limits.tolerated_rows} and quarantined > {limits.max_quarantine_ratio} * landed"
    )
    says = f"at most {limits.max_quarantine_ratio * 100:g}% of a date's rows, or {limits.tolerated_rows}, are quarantined"
    return Demand(table.full_name, "quarantine_is_bounded", says, rows=rows)


@cache
def _rules(min_reference_ratio: float) -> list[Demand]:
    return read_demands(RULES, {"min_reference_ratio": min_reference_ratio})


def landing_demands(table: Table, limits: Limits) -> list[Demand]:
    """Every rule that gate 1 has for one table: the contract's, the business's, and the bound on its quarantine."""
    own = [demand for demand in _rules(limits.min_reference_ratio) if demand.table == table.full_name]
    return [*contract_demands(table), *own, _quarantine_demand(table, limits)]


def referenced_tables(tables: Sequence[Table]) -> list[Table]:
    """The tables whose keys the rules look up."""
    text = RULES.read_text(encoding="utf-8")
    return [table for table in tables if f"to: {table.full_name}." in text or f"known_{table.relation}" in text]


def judge_landing(
    judged: Sequence[Landed], *, known: Mapping[Table, Sequence[Path]], limits: Limits
) -> tuple[list[Finding], list[Verdict]]:
    """Findings and one verdict per batch.

    `known` gives, for each table that rules refer to, the raw files whose keys count as landed.
    Errors: validate.GateError, where a rule cannot be tried.
    """
    findings = [_unreadable(batch) for batch in judged if batch.error]
    tables = sorted({batch.table for batch in judged if batch.error is None}, key=lambda table: table.full_name)
    if tables:
        with _gate_database(judged, known) as name:
            judge = Judge(name)
            for table in tables:
                findings += judge.judge(table.relation, landing_demands(table, limits), key=_shown_key(table), by_date=True)
    return findings, [_verdict(batch, findings) for batch in judged]


def _shown_key(table: Table) -> list[str]:
    """The columns by which a row may be shown: none where a part of the key identifies a person."""
    return [] if any(table.column(name).pii for name in table.key) else list(table.key)


def _unreadable(batch: Landed) -> Finding:
    return Finding(
        batch.table.full_name, "files_can_be_read", str(batch.error), "critical", passed=False, dates={batch.on: 1}, unexpected=1
    )


def _verdict(batch: Landed, findings: Sequence[Finding]) -> Verdict:
    against = [
        finding
        for finding in findings
        if finding.table == batch.table.full_name and finding.severity == "critical" and finding.dates.get(batch.on)
    ]
    against.sort(key=lambda finding: -finding.dates[batch.on])
    failures = tuple(f"{finding.expectation}: {finding.says} ({finding.dates[batch.on]:,} rows)" for finding in against)
    return Verdict(
        batch.table.source,
        batch.table.name,
        batch.on,
        batch.table.required,
        "closed" if failures else "open",
        batch.content_id,
        failures,
    )
