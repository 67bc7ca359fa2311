"""What a gate tried and found on a table and date, kept in the control file (SQLite): from it pages and answers are made again.

Belongs here: the record and its book. Not here: what follows from it (verdicts.py), how it looks (assets/gate_pages.py).
Kept are expectations, counts, keys and what was learned; never a value.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from expectations.findings import Finding, Severity
from expectations.learned import Learned
from foundation.books import opened

_SCHEMA = """
create table if not exists suites (suite_id text primary key, expectations text not null);
create table if not exists judgements (
    gate text not null, source text not null, table_name text not null, business_date text not null, content_id text not null,
    suite_id text not null, failed text not null, learned text not null,
    primary key (gate, source, table_name, business_date)
);
"""
LANDING, MARTS, DECISIONS = "gate_1", "gate_2", "gate_3"


@dataclass(frozen=True)
class Tried:
    """One expectation, tried on one table and date; `against` counts the rows that do not conform."""

    expectation: str
    says: str
    severity: Severity
    passed: bool = True
    against: int = 0
    keys: tuple[str, ...] = ()
    told: str | None = None


@dataclass(frozen=True)
class Judgement:
    """All that one gate tried on one table and date. `learned` holds the bounds of the date and the drift of its columns."""

    gate: str
    source: str
    table: str
    on: date
    content_id: str = ""
    tried: tuple[Tried, ...] = ()
    learned: dict[str, Any] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        return f"{self.source}.{self.table}"


def tried_on(findings: Sequence[Finding], on: date) -> tuple[Tried, ...]:
    """What was found of one table on a date of landing."""
    return tuple(
        Tried(
            each.expectation, each.says, each.severity, on not in each.dates, each.dates.get(on, 0), each.keys_on.get(on, ()),
            each.told.get(on),
        )
        for each in findings
    )  # fmt: skip


def tried_whole(findings: Sequence[Finding]) -> tuple[Tried, ...]:
    """What was found of a table that is judged as a whole."""
    return tuple(Tried(f.expectation, f.says, f.severity, f.passed, f.unexpected, f.sample_keys) for f in findings)


def learned_by_batch(learned: Learned) -> dict[tuple[str, date], dict[str, Any]]:
    """What was learned for each table and date: its bounds, and the drift of each watched column."""
    found: dict[tuple[str, date], dict[str, Any]] = {}
    for row in learned.days.to_pylist():
        batch = row.pop("table_name"), row.pop("_landed_on")
        found[batch] = row | {"drifts": {}}
    for row in learned.drifts.to_pylist():
        batch, column = (row.pop("table_name"), row.pop("_landed_on")), row.pop("column_name")
        found[batch]["drifts"][column] = row
    return found


class Judgements:
    """The judgements of one home."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _opened(self) -> AbstractContextManager[sqlite3.Connection]:
        return opened(self._path, _SCHEMA)

    def record(self, judgements: Iterable[Judgement]) -> None:
        """Keeps these, each in place of an earlier one of its gate, table and date."""
        rows, suites = [], {}
        for each in judgements:
            suite = json.dumps([[t.expectation, t.says, t.severity] for t in each.tried], ensure_ascii=False)
            suite_id = hashlib.sha256(suite.encode()).hexdigest()[:16]
            suites[suite_id] = suite
            failed = {t.expectation: [t.against, t.keys, t.told] for t in each.tried if not t.passed}
            rows.append(
                (each.gate, each.source, each.table, each.on.isoformat(), each.content_id, suite_id,
                 json.dumps(failed, ensure_ascii=False), json.dumps(each.learned))
            )  # fmt: skip
        with self._opened() as connection:
            connection.executemany("insert or ignore into suites values (?, ?)", suites.items())
            connection.executemany("insert or replace into judgements values (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def of(self, on: date) -> list[Judgement]:
        """What was judged of a date, gate by gate, by table."""
        with self._opened() as connection:
            rows = connection.execute(
                "select gate, source, table_name, business_date, content_id, expectations, failed, learned from judgements"
                " join suites using (suite_id) where business_date = ? order by gate, source, table_name",
                (on.isoformat(),),
            ).fetchall()
        return [_judgement(row) for row in rows]

    def failed(self) -> dict[tuple[str, date], int]:
        """How many expectations failed on each table and date that was judged."""
        with self._opened() as connection:
            rows = connection.execute(
                "select source || '.' || table_name, business_date, (select count(*) from json_each(failed)) from judgements"
            ).fetchall()
        return {(name, date.fromisoformat(on)): failed for name, on, failed in rows}


def _judgement(row: Sequence[Any]) -> Judgement:
    gate, source, table, on, content_id, suite, failed_text, learned = row
    failed = json.loads(failed_text)
    tried = []
    for code, says, severity in json.loads(suite):
        against, keys, told = failed.get(code, (0, (), None))
        tried.append(Tried(code, says, severity, code not in failed, against, tuple(keys), told))
    return Judgement(gate, source, table, date.fromisoformat(on), content_id, tuple(tried), json.loads(learned))
