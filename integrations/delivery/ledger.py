"""The delivery ledger: what was to be sent, what became of it, kept so that nothing is ever sent twice.

Belongs here: the SQLite file, planning, claiming, reading. Not here: the outcomes of claimed rows (settlement.py), who is to
be contacted (dbt_project/), talking to a destination (line.py). State, never rebuilt: a row is committed to the disk before
anything is sent, and a final row never changes (the file itself refuses).
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from foundation.books import explained, is_damaged
from integrations.delivery.records import Delivery, LedgerError, Planned, Status
from integrations.delivery.settlement import Settlement, as_text

COLUMNS = tuple(field.name for field in fields(Delivery))
_SCHEMA = Path(__file__).with_name("schema.sql")


class Ledger:
    """One open ledger, for one thread. Use it as a context manager. `wait_seconds`: how long to wait for another writer.

    Errors of every method: LedgerError.
    """

    def __init__(self, path: Path, *, wait_seconds: float = 30.0) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._explained():
            self._connection = sqlite3.connect(path, timeout=wait_seconds, isolation_level=None)
            try:
                self._connection.execute("pragma journal_mode = wal")
                self._connection.execute("pragma synchronous = full")
                self._connection.executescript(_SCHEMA.read_text(encoding="utf-8"))
            except sqlite3.Error:
                self._connection.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    # planning and reading

    def plan(self, rows: Iterable[Planned]) -> int:
        """Adds deliveries that are not there yet, all or none; returns how many were new."""
        new = [
            (
                row.delivery_id,
                row.business_date.isoformat(),
                row.entry_id,
                row.customer_id,
                row.channel,
                row.destination,
                row.operation,
            )
            for row in rows
        ]
        with self._writing() as connection:
            before = connection.total_changes
            connection.executemany(
                "insert into deliveries (delivery_id, business_date, entry_id, customer_id, channel, destination, operation,"
                " idempotency_key, status, attempts) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?1, 'planned', 0)"
                " on conflict (delivery_id) do nothing",
                new,
            )
            return connection.total_changes - before

    def deliveries(self, business_date: date | None = None) -> list[Delivery]:
        """All rows, of one business date or of all, in a stable order."""
        return self._select("?1 is null or business_date = ?1", business_date)

    def open_deliveries(self, business_date: date | None = None) -> list[Delivery]:
        """Rows that are planned or unknown, of one business date or of all, oldest date first."""
        return self._select("status in ('planned', 'unknown') and (?1 is null or business_date = ?1)", business_date)

    def counts(self, business_date: date | None = None) -> dict[tuple[str, Status], int]:
        """Number of rows by destination and status."""
        sql = (
            "select destination, status, count(*) from deliveries where ?1 is null or business_date = ?1"
            " group by destination, status order by destination, status"
        )
        with self._explained():
            rows = self._connection.execute(sql, [business_date and business_date.isoformat()]).fetchall()
        return {(destination, Status(status)): count for destination, status, count in rows}

    # sending

    @contextmanager
    def sending_session(self, at: datetime) -> Iterator[int]:
        """Held while sending; gives the number of rows that a dead sender left behind, now unknown.

        Living senders share a lock on a file beside the ledger, which ends with their process. Whoever can have it alone
        knows that every row still `sending` was left by a dead one; beside a living sender such rows are left to it.
        """
        with self.path.with_name(f"{self.path.name}.senders").open("a") as lock:
            left = 0
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                left = self._recover(at)
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield left

    def _recover(self, at: datetime) -> int:
        with self._writing() as connection:
            return connection.execute(
                "update deliveries set status = 'unknown', error_code = 'interrupted',"
                " error_detail = 'the sender ended before the answer was written; found ' || ? where status = 'sending'",
                [as_text(at)],
            ).rowcount

    def claim(self, deliveries: Sequence[Delivery], at: datetime) -> list[Delivery]:
        """Marks rows as sending before they are sent; returns those that were still as given: only these may be sent."""
        with self._writing() as connection:
            return [
                row
                for row in deliveries
                if connection.execute(
                    "update deliveries set status = 'sending', attempts = attempts + 1, last_attempt_at = ?3,"
                    " first_attempt_at = coalesce(first_attempt_at, ?3)"
                    " where delivery_id = ?1 and status = ?2 and attempts = ?4 and status in ('planned', 'unknown')",
                    [row.delivery_id, row.status, as_text(at), row.attempts],
                ).rowcount
                == 1
            ]

    @contextmanager
    def settling(self) -> Iterator[Settlement]:
        """A transaction in which claimed rows get their outcomes; all stand when it ends, or none."""
        with self._writing() as connection:
            yield Settlement(connection)

    def _select(self, condition: str, business_date: date | None) -> list[Delivery]:
        sql = f"select {', '.join(COLUMNS)} from deliveries where {condition} order by business_date, destination, delivery_id"
        with self._explained():
            rows = self._connection.execute(sql, [business_date and business_date.isoformat()]).fetchall()
        return [_delivery(row) for row in rows]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._explained():
            self._connection.execute("begin immediate")
            try:
                yield self._connection
                self._connection.execute("commit")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if is_damaged(error):
                raise LedgerError(str(explained(self.path, error))) from error
            text = str(error)
            mend = "free space on its disk" if "full" in text or "disk I/O" in text else "end the program that holds it"
            advice = f"; {mend}, then run again" if "locked" in text or "full" in text or "disk" in text else ""
            raise LedgerError(f"delivery ledger {self.path}: {text}; what was committed before stands{advice}") from error


def _delivery(row: Sequence[str | int | None]) -> Delivery:
    values = dict(zip(COLUMNS, row, strict=True))
    for name in ("first_attempt_at", "last_attempt_at"):
        values[name] = datetime.fromisoformat(str(values[name])) if values[name] else None  # type: ignore[assignment]
    values["business_date"] = date.fromisoformat(str(values["business_date"]))  # type: ignore[assignment]
    values["status"] = Status(str(values["status"]))
    return Delivery(**values)  # type: ignore[arg-type]
