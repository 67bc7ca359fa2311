"""What the gates decided: one verdict per table and business date, kept in the control file (SQLite).

Belongs here: recording verdicts and reading from them which batches count and where a range must stop.
Not here: judging (validate.py), or what landed (integrations/sources/registry.py, the neighbour in the same file).
A verdict is about one content of one batch: judged again, it is replaced.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from foundation.books import opened

Gate = Literal["open", "closed", "missing"]

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
)
"""


@dataclass(frozen=True)
class Verdict:
    """One table's verdict for one date. `failures` are sentences without personal data, the worst first; `content_id` says
    which content was judged: a batch that changed since is not covered."""

    source: str
    table: str
    on: date
    is_required: bool
    gate: Gate
    content_id: str = ""
    failures: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        return f"{self.source}.{self.table}"

    @property
    def worst_failure(self) -> str | None:
        return self.failures[0] if self.failures else None

    @property
    def holds_back(self) -> bool:
        return self.is_required and self.gate != "open"


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

    def through(self, last: date) -> list[Verdict]:
        """All verdicts for dates up to `last`, oldest first."""
        with self._opened() as connection:
            rows = connection.execute(
                "select source, table_name, business_date, is_required, gate, content_id, failures from verdicts"
                " where business_date <= ? order by business_date, source, table_name",
                (last.isoformat(),),
            ).fetchall()
        return [Verdict(s, t, date.fromisoformat(d), bool(r), g, c, tuple(json.loads(f))) for s, t, d, r, g, c, f in rows]


def first_held_date(verdicts: Sequence[Verdict]) -> date | None:
    """The first date that a required table holds back, or None."""
    return min((verdict.on for verdict in verdicts if verdict.holds_back), default=None)
