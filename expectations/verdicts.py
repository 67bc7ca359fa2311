"""What the gates decided: one verdict per table and business date, kept in the control file (SQLite), and what people overrode.

Belongs here: recording verdicts and overrides, and reading from them which batches count and where a range must stop.
Not here: judging (validate.py), or what landed (integrations/sources/registry.py, the neighbour in the same file).
A verdict is about one content of one batch: judged again, it is replaced. An override is about one content, too, and about the
expectations that it failed: it stays, and whenever this very content fails no others, it is let through again. Another content
needs another override, and so does another failure, and what lands where a missing folder was let through.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from foundation.books import opened

Gate = Literal["open", "closed", "missing", "overridden"]

_SCHEMA = """
create table if not exists verdicts (
    source text not null,
    table_name text not null,
    business_date text not null,
    content_id text not null,
    is_required integer not null,
    gate text not null check (gate in ('open', 'closed', 'missing')),
    worst_failure text,
    failures text not null,
    primary key (source, table_name, business_date)
);
create table if not exists overrides (
    source text not null,
    table_name text not null,
    business_date text not null,
    content_id text not null,
    gate text not null,
    failures text not null,
    overridden_by text not null check (trim(overridden_by) <> ''),
    reason text not null check (trim(reason) <> ''),
    overridden_at text not null,
    primary key (source, table_name, business_date, content_id)
);
"""


@dataclass(frozen=True)
class Override:
    """Who let a content through, why, and when (UTC)."""

    by: str
    reason: str
    at: datetime

    def sentence(self) -> str:
        return f"let through by {self.by} at {self.at:%Y-%m-%d %H:%M} UTC: {self.reason}"


@dataclass(frozen=True)
class Verdict:
    """One table's verdict for one date. `failures` are sentences without personal data, the worst first; `content_id` says
    which content was judged: a batch that changed since is not covered. `override` is there where the gate is overridden."""

    source: str
    table: str
    on: date
    is_required: bool
    gate: Gate
    content_id: str = ""
    failures: tuple[str, ...] = ()
    override: Override | None = None

    @property
    def full_name(self) -> str:
        return f"{self.source}.{self.table}"

    @property
    def worst_failure(self) -> str | None:
        return self.failures[0] if self.failures else None

    @property
    def lets_through(self) -> bool:
        return self.gate in ("open", "overridden")

    @property
    def holds_back(self) -> bool:
        return self.is_required and not self.lets_through


class Verdicts:
    """The verdicts of one home."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _opened(self) -> AbstractContextManager[sqlite3.Connection]:
        return opened(self._path, _SCHEMA)

    def record(self, verdicts: Iterable[Verdict]) -> None:
        """Keeps these verdicts, each in place of an earlier one for its table and date."""
        rows = [
            (
                v.source,
                v.table,
                v.on.isoformat(),
                v.content_id,
                int(v.is_required),
                v.gate,
                v.worst_failure,
                json.dumps(v.failures),
            )
            for v in verdicts
        ]
        with self._opened() as connection:
            connection.executemany("insert or replace into verdicts values (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def withdraw(self, verdicts: Iterable[Verdict]) -> None:
        """Takes these verdicts back: nothing is said of their tables and dates any more."""
        rows = [(v.source, v.table, v.on.isoformat(), v.gate) for v in verdicts]
        with self._opened() as connection:
            connection.executemany(
                "delete from verdicts where source = ? and table_name = ? and business_date = ? and gate = ?", rows
            )

    def override(self, verdict: Verdict, override: Override) -> None:
        """Lets exactly the content of this verdict through from now on, wherever it fails nothing else; said again of the same
        content, it replaces."""
        row = (
            verdict.source, verdict.table, verdict.on.isoformat(), verdict.content_id, verdict.gate, json.dumps(verdict.failures),
            override.by, override.reason, override.at.isoformat(timespec="seconds"),
        )  # fmt: skip
        with self._opened() as connection:
            connection.execute("insert or replace into overrides values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def through(self, last: date) -> list[Verdict]:
        """All verdicts for dates up to `last`, oldest first; what was overridden says so."""
        with self._opened() as connection:
            rows = connection.execute(
                "select source, table_name, business_date, is_required, gate, content_id, v.failures, o.failures, overridden_by,"
                " reason, overridden_at from verdicts v"
                " left join overrides o using (source, table_name, business_date, content_id, gate)"
                " where business_date <= ? order by business_date, source, table_name",
                (last.isoformat(),),
            ).fetchall()
        return [_verdict(row) for row in rows]


def _verdict(row: Sequence[Any]) -> Verdict:
    source, table, on, is_required, gate, content_id, said, let_through, by, reason, at = row
    failures = tuple(json.loads(said))
    is_covered = let_through is not None and _expectations(failures) <= _expectations(json.loads(let_through))
    override = Override(by, reason, datetime.fromisoformat(at)) if is_covered and gate != "open" else None
    return Verdict(
        source, table, date.fromisoformat(on), bool(is_required), "overridden" if override else gate, content_id,
        failures, override,
    )  # fmt: skip


def _expectations(failures: Iterable[str]) -> set[str]:
    """Which expectations failed: a failure begins with its name, and ends with counts that may be others the next time."""
    return {failure.partition(":")[0] for failure in failures}


def first_held_date(verdicts: Sequence[Verdict]) -> date | None:
    """The first date that a required table holds back, or None."""
    return min((verdict.on for verdict in verdicts if verdict.holds_back), default=None)
