"""The sending to one destination: claim, send, settle, and give up when it does not answer.

Belongs here: the order of these, so that a row is always claimed on the disk before it leaves. Not here: several
destinations and the summary (sender.py), the ledger's transitions (ledger.py, settlement.py).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import Any

from integrations.delivery.ledger import Ledger
from integrations.delivery.records import Delivery, Destination, Status, Withheld
from integrations.delivery.settlement import Settlement
from integrations.errors import DestinationError, NotTaken, Rejected
from integrations.http import scrub

LOOKUP_ROWS = 500  # so much personal data is in memory at a time
CLAIMS_PER_WORKER = 4  # claims are committed in batches: a commit waits for the disk
NOT_REPEATABLE = "an earlier outcome is unknown and the destination does not honour idempotency keys"

Lookup = Callable[[Sequence[Delivery]], Mapping[str, Any]]
Progress = Callable[[int, int], None]
_log = logging.getLogger(__name__)


class Meter:
    """Tells a caller how far a sending is."""

    def __init__(self, total: int, tell: Progress | None) -> None:
        self._done, self._total, self._tell = 0, total, tell

    def add(self, count: int) -> None:
        """So many more are settled."""
        self._done += count
        if self._tell and count:
            self._tell(self._done, self._total)


class Line:
    """One destination's turn: a few threads send, the thread that made this writes the ledger. `stopped`: why it was given up."""

    def __init__(
        self, ledger: Ledger, to: Destination, clock: Callable[[], datetime], workers: int, patience: int, done: Meter
    ) -> None:
        self._ledger, self._to, self._clock, self._patience, self._done = ledger, to, clock, patience, done
        # what a killed sender had claimed ends unknown: where no key makes repeating safe, claim only what starts at once
        self._window = workers * (CLAIMS_PER_WORKER if to.honours_idempotency_keys else 1)
        self._refill_below = self._window // 2 if to.honours_idempotency_keys else self._window - 1
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=f"send-{to.name}")
        self._running: dict[Future[str], Delivery] = {}
        self._silent = 0
        self._fault: BaseException | None = None
        self.counts: Counter[Status] = Counter()
        self.stopped: str | None = None

    def send(self, rows: Sequence[Delivery], lookup: Lookup) -> None:
        """Sends what may be sent; `counts` then says how all of `rows` stand. Errors: as `send_open`."""
        self.counts = Counter(row.status for row in rows)
        repeatable = self._to.honours_idempotency_keys
        sendable = [row for row in rows if repeatable or row.status is not Status.UNKNOWN]
        if len(sendable) < len(rows):
            _log.warning("%s: %d deliveries stay unknown: %s", self._to.name, len(rows) - len(sendable), NOT_REPEATABLE)
            self._done.add(len(rows) - len(sendable))
        for start in range(0, len(sendable), LOOKUP_ROWS):
            if self.stopped:
                break
            chunk = sendable[start : start + LOOKUP_ROWS]
            self._send_chunk(chunk, self._payloads(chunk, lookup))

    def close(self) -> None:
        """Takes back what has not begun and settles what has; when all went well there is nothing left to do."""
        try:
            self._take_back()
        finally:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._settle(list(self._running))

    def _payloads(self, rows: Sequence[Delivery], lookup: Lookup) -> Mapping[str, Any]:
        payloads = lookup(rows)
        missing = [row.delivery_id for row in rows if row.delivery_id not in payloads]
        if missing:
            raise ValueError(
                f"{self._to.name}: lookup left out {len(missing)} of {len(rows)} deliveries, e.g. {missing[0]};"
                " give Withheld with a reason for what must not be sent"
            )
        return payloads

    def _send_chunk(self, rows: Sequence[Delivery], payloads: Mapping[str, Any]) -> None:
        held = [row for row in rows if isinstance(payloads[row.delivery_id], Withheld)]
        if held:
            with self._ledger.settling() as outcomes:
                ends = [(row, self._withhold(outcomes, row, payloads[row.delivery_id])) for row in held]
            self._count(ends)
        waiting = [row for row in reversed(rows) if not isinstance(payloads[row.delivery_id], Withheld)]
        while self._running or (waiting and not self.stopped):
            if waiting and not self.stopped and len(self._running) <= self._refill_below:
                self._claim([waiting.pop() for _ in range(min(len(waiting), self._window - len(self._running)))], payloads)
            finished, _ = wait(self._running, return_when=FIRST_COMPLETED)
            self._settle(list(finished))
            if self.stopped:
                self._take_back()
            if self._fault:
                raise self._fault

    def _claim(self, rows: Sequence[Delivery], payloads: Mapping[str, Any]) -> None:
        mine = self._ledger.claim(rows, self._clock())
        for row in mine:
            self._running[self._pool.submit(self._to.send, payloads[row.delivery_id])] = row
        taken = {row.delivery_id for row in mine}
        self._count([(row, Status.SENDING) for row in rows if row.delivery_id not in taken])  # another sender has it

    def _settle(self, finished: Sequence[Future[str]]) -> None:
        if finished:
            with self._ledger.settling() as outcomes:
                ends = [(self._running[future], self._settle_one(outcomes, future)) for future in finished]
            for future in finished:
                del self._running[future]
            self._count(ends)

    def _settle_one(self, outcomes: Settlement, future: Future[str]) -> Status:
        row, error = self._running[future], future.exception()
        if error is None or isinstance(error, Rejected):
            self._silent = 0
        if error is None:
            return outcomes.acknowledge(row, future.result())
        if not isinstance(error, DestinationError):
            self._fault = error
            return outcomes.leave_unknown(row, code="sender_fault", detail=f"the client failed with {type(error).__name__}")
        detail = scrub(error.reason)
        if isinstance(error, Rejected):
            return outcomes.reject(row, code=error.code, detail=detail)
        self._silent += 1
        if self._silent >= self._patience and self.stopped is None:
            self.stopped = f"{detail} [{error.code}], {self._silent} deliveries in a row"
        if isinstance(error, NotTaken):
            return outcomes.put_back(row, code=error.code, detail=detail)
        return outcomes.leave_unknown(row, code=error.code, detail=detail)

    def _take_back(self) -> None:
        idle = [future for future in self._running if future.cancel()]
        if idle:
            with self._ledger.settling() as outcomes:
                for future in idle:
                    outcomes.release(self._running.pop(future))

    @staticmethod
    def _withhold(outcomes: Settlement, row: Delivery, why: Withheld) -> Status:
        return outcomes.withhold(row, code=why.code, detail=scrub(why.reason))

    def _count(self, ends: Sequence[tuple[Delivery, Status]]) -> None:
        for row, status in ends:
            self.counts[row.status] -= 1
            self.counts[status] += 1
        self._done.add(len(ends))
