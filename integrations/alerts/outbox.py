"""The alerts raised and whether they were sent, kept in the control file (SQLite): each is told once, and none is forgotten
because the address was dead for a while.

Belongs here: the book. Not here: sending (webhook.py).
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from foundation.books import opened
from integrations.alerts.alert import Alert

_SCHEMA = """
create table if not exists alerts (
    alert_id text primary key, kind text not null, body text not null, raised_at text not null,
    status text not null check (status in ('logged', 'waiting', 'sent', 'refused')), sent_at text
)
"""


@dataclass(frozen=True)
class Waiting:
    """An alert that is still to be sent, as it will be posted."""

    alert_id: str
    body: dict[str, object]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class Outbox:
    """The alerts of one home."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _opened(self) -> AbstractContextManager[sqlite3.Connection]:
        return opened(self._path, _SCHEMA)

    def add(self, alert: Alert, *, to_send: bool) -> bool:
        """Keeps an alert; False, where it was raised before."""
        at = _now()
        body = {"type": alert.kind, "timestamp": at, "data": {"says": alert.says, **alert.data}}
        row = (alert.alert_id, alert.kind, json.dumps(body, ensure_ascii=False), at, "waiting" if to_send else "logged")
        with self._opened() as connection:
            return connection.execute("insert or ignore into alerts values (?, ?, ?, ?, ?, null)", row).rowcount == 1

    def waiting(self) -> list[Waiting]:
        """What is still to be sent, oldest first."""
        with self._opened() as connection:
            rows = connection.execute("select alert_id, body from alerts where status = 'waiting' order by rowid").fetchall()
        return [Waiting(alert_id, json.loads(body)) for alert_id, body in rows]

    def settle(self, alert_id: str, *, sent: bool) -> None:
        """Notes that an alert was taken, or refused for good."""
        with self._opened() as connection:
            connection.execute(
                "update alerts set status = ?, sent_at = ? where alert_id = ?",
                ("sent" if sent else "refused", _now() if sent else None, alert_id),
            )

    def statuses(self) -> dict[str, str]:
        """How it stands with each alert, by its id."""
        with self._opened() as connection:
            return dict(connection.execute("select alert_id, status from alerts order by rowid").fetchall())
