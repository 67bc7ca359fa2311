"""A sender in a process of its own, so that a test can kill it or run two of them: LEDGER URL [STICK_AFTER].

Writes `ready`, waits for a line, sends. With STICK_AFTER, every thread that has been acknowledged when so many deliveries
have been taken writes `stuck` and never returns: its delivery is at the destination, and the ledger does not know.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from activation_kit import TOKEN, clock, payloads

from integrations.crm.client import CrmClient, Task
from integrations.delivery.ledger import Ledger
from integrations.delivery.sender import send_open
from integrations.http import HttpClient


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Sticking:
    """The CRM, until enough has been taken."""

    name, honours_idempotency_keys = "crm", True

    def __init__(self, client: CrmClient, stick_after: int) -> None:
        self._client, self._left, self._lock = client, stick_after, threading.Lock()

    def send(self, task: Task) -> str:
        remote_id = self._client.send(task)
        with self._lock:
            self._left -= 1
            sticks = self._left < 0
        if sticks:
            say("stuck")
            threading.Event().wait()
        return remote_id


if __name__ == "__main__":
    path, url, stick_after = Path(sys.argv[1]), sys.argv[2], int((sys.argv[3:] or ["1000000"])[0])
    http = HttpClient(name="crm", base_url=url, token=TOKEN, honours_idempotency_keys=True, backoff_seconds=0.001)
    with Ledger(path) as ledger:
        say("ready")
        sys.stdin.readline()
        send_open(ledger, {"crm": Sticking(CrmClient(http), stick_after)}, payloads, clock)
        say("done")
    http.close()
