"""What the sandbox keeps, in a SQLite file of its own: a restart forgets nothing.

Belongs here: tables and queries. Not here: what is accepted (rules.py), what is shown (page.py). One thread uses it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from integrations.sandbox.rules import TASK

_SCHEMA = """
create table if not exists received (
    id integer primary key, kind text not null, idempotency_key text not null, body_hash text not null, body text not null,
    strategy_id text not null, remote_id text not null, received_at text not null, unique (kind, idempotency_key)
) strict;
create table if not exists refused (
    id integer primary key, kind text not null, code text not null, reason text not null, received_at text not null
) strict;
create table if not exists counters (name text primary key, value integer not null) strict;
create index if not exists received_by_strategy on received (kind, strategy_id);
"""


@dataclass(frozen=True)
class Stored:
    """The answer kept under a key: `is_new` the first time, `is_same` if the body is that of the first time."""

    remote_id: str
    is_new: bool
    is_same: bool


class Store:
    """The sandbox's file. Readable by its owner alone: it holds names and numbers, as a CRM does."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        # requests are answered in one event loop, but it may run in another thread than the one that opened the file
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.executescript(f"pragma journal_mode = wal; pragma synchronous = normal; {_SCHEMA}")

    def close(self) -> None:
        self._connection.close()

    def keep(self, kind: str, key: str, body: Mapping[str, object], at: datetime) -> Stored:
        """Keeps a body under its key; the same key again gives back what was kept the first time."""
        text = json.dumps(body, ensure_ascii=False, sort_keys=True)
        body_hash = hashlib.sha256(text.encode()).hexdigest()
        before = self._connection.execute(
            "select remote_id, body_hash from received where kind = ? and idempotency_key = ?", [kind, key]
        ).fetchone()
        if before:
            return Stored(remote_id=before[0], is_new=False, is_same=before[1] == body_hash)
        number = self._connection.execute("select coalesce(max(id), 0) + 1 from received").fetchone()[0]
        remote_id = f"{'T' if kind == TASK else 'M'}{number:07d}"
        self._connection.execute(
            "insert into received values (?, ?, ?, ?, ?, ?, ?, ?)",
            [number, kind, key, body_hash, text, str(body["strategy_id"]), remote_id, _text(at)],
        )
        return Stored(remote_id=remote_id, is_new=True, is_same=True)

    def refuse(self, kind: str, code: str, reason: str, at: datetime) -> None:
        self._connection.execute(
            "insert into refused (kind, code, reason, received_at) values (?, ?, ?, ?)", [kind, code, reason, _text(at)]
        )

    def count(self, name: str) -> int:
        """Adds one to a counter and gives its value."""
        sql = "insert into counters values (?, 1) on conflict (name) do update set value = value + 1 returning value"
        return int(self._connection.execute(sql, [name]).fetchone()[0])

    def counters(self) -> dict[str, int]:
        return dict(self._connection.execute("select name, value from counters"))

    def by_kind(self) -> dict[str, int]:
        return dict(self._connection.execute("select kind, count(*) from received group by kind"))

    def by_strategy(self) -> list[tuple[str, str, int]]:
        """(strategy, kind, number), by strategy."""
        return self._connection.execute(
            "select strategy_id, kind, count(*) from received group by strategy_id, kind order by strategy_id, kind desc"
        ).fetchall()

    def refusals(self) -> list[tuple[str, str, str, int, str]]:
        """(kind, code, reason, number, last time), most frequent first."""
        return self._connection.execute(
            "select kind, code, reason, count(*), max(received_at) from refused"
            " group by kind, code, reason order by count(*) desc, code limit 20"
        ).fetchall()

    def latest(self, kind: str, limit: int) -> list[dict[str, Any]]:
        """The last bodies received, newest first, with `remote_id` and `received_at`."""
        rows = self._connection.execute(
            "select body, remote_id, received_at from received where kind = ? order by id desc limit ?", [kind, limit]
        )
        return [{**json.loads(body), "remote_id": remote_id, "received_at": at} for body, remote_id, at in rows]


def _text(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="seconds")
