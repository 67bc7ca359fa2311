"""The outcomes that a claimed delivery can have: the only way out of `sending`.

Belongs here: those transitions. Not here: the file and its transactions (ledger.py), which outcome it is (line.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from integrations.delivery.records import Delivery, LedgerError, Status


class Settlement:
    """Outcomes of claimed rows, within one transaction. Each method errs with LedgerError if the row is not claimed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def acknowledge(self, row: Delivery, remote_id: str) -> Status:
        return self._set(row, Status.ACKNOWLEDGED, remote_id=remote_id)

    def reject(self, row: Delivery, *, code: str, detail: str) -> Status:
        return self._set(row, Status.REJECTED, code=code, detail=detail)

    def leave_unknown(self, row: Delivery, *, code: str, detail: str) -> Status:
        return self._set(row, Status.UNKNOWN, code=code, detail=detail)

    def put_back(self, row: Delivery, *, code: str, detail: str) -> Status:
        """Nothing was taken this time: the row is again what it was before the claim (planned, or unknown from earlier)."""
        return self._set(row, row.status, code=code, detail=detail)

    def withhold(self, row: Delivery, *, code: str, detail: str) -> Status:
        """A row that will not be sent: planned ends rejected, unknown stays so (it may have been sent)."""
        self._connection.execute(
            "update deliveries set status = 'rejected', error_code = ?2, error_detail = ?3"
            " where delivery_id = ?1 and status = 'planned'",
            [row.delivery_id, code, detail],
        )
        return Status.REJECTED if row.status is Status.PLANNED else row.status

    def release(self, row: Delivery) -> Status:
        """The claim is taken back before sending began: the row is in all as it was before."""
        self._one(
            "update deliveries set status = ?2, attempts = ?3, first_attempt_at = ?4, last_attempt_at = ?5"
            " where delivery_id = ?1 and status = 'sending'",
            [row.delivery_id, row.status, row.attempts, as_text(row.first_attempt_at), as_text(row.last_attempt_at)],
        )
        return row.status

    def _set(
        self,
        row: Delivery,
        to: Status,
        *,
        remote_id: str | None = None,
        code: str | None = None,
        detail: str | None = None,
    ) -> Status:
        self._one(
            "update deliveries set status = ?2, remote_id = ?3, error_code = ?4, error_detail = ?5"
            " where delivery_id = ?1 and status = 'sending'",
            [row.delivery_id, to, remote_id, code, detail],
        )
        return to

    def _one(self, sql: str, values: Sequence[str | int | None]) -> None:
        if self._connection.execute(sql, values).rowcount != 1:
            raise LedgerError(f"delivery {values[0]} is not in the status this outcome needs; nothing of this batch was written")


def as_text(at: datetime | None) -> str | None:
    """A time as the ledger keeps it."""
    # the caller's clock gives bank time; the offset is dropped because the contract's timestamps carry none
    return at.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds") if at else None
