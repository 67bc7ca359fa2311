"""Sends what stands open in the ledger, each delivery once, and writes down what became of it.

Belongs here: one sending over all destinations and its summary. Not here: the sending to one of them (line.py), what is sent
(the caller's `lookup` joins personal data at the last moment), retries within one request (http.py). The clock is a
parameter: wall time or business time.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter

from integrations.delivery.ledger import Ledger
from integrations.delivery.line import Line, Lookup, Meter, Progress
from integrations.delivery.records import Destination, SendSummary, Status

NOT_CONFIGURED = "no such destination is configured; its deliveries stay as they are"
_log = logging.getLogger(__name__)


def send_open(
    ledger: Ledger,
    destinations: Mapping[str, Destination],
    lookup: Lookup,
    clock: Callable[[], datetime],
    workers: int = 8,
    progress: Progress | None = None,
    *,
    business_date: date | None = None,
    patience: int = 3,
) -> SendSummary:
    """Sends every open delivery (of one business date, or of all) and says how they stand now.

    `lookup` gives a payload, or Withheld, for each delivery asked for, by delivery_id. `clock` gives the bank's local
    time. After `patience` deliveries in a row without an answer a destination is given up until the next sending: the rest
    stays planned, the summary names the reason, other destinations go on. `progress` is told (done, total).
    Errors: LedgerError; ValueError if `lookup` leaves one out; whatever `lookup` raises. What was settled stands.
    """
    with ledger.sending_session(clock()) as interrupted:
        if interrupted:
            _log.warning("%d deliveries were left by a sender that ended early; their outcome is unknown", interrupted)
        rows = sorted(ledger.open_deliveries(business_date), key=attrgetter("destination"))
        done = Meter(len(rows), progress)
        counts: dict[str, Mapping[Status, int]] = {}
        stopped: dict[str, str] = {}
        for name, group in groupby(rows, key=attrgetter("destination")):
            here = list(group)
            destination = destinations.get(name)
            if destination is None:
                stopped[name], counts[name] = NOT_CONFIGURED, Counter(row.status for row in here)
                done.add(len(here))
                continue
            line = Line(ledger, destination, clock, workers, patience, done)
            try:
                line.send(here, lookup)
            finally:
                line.close()
            counts[name] = +line.counts
            if line.stopped:
                stopped[name] = line.stopped
                _log.warning("%s was given up: %s", name, line.stopped)
    return SendSummary(counts=counts, stopped=stopped)
