"""Serves the sandbox on loopback until it is told to end.

Belongs here: the socket, uvicorn, and the end with the parent. Not here: the application (app.py), starting it as a child
(process.py).
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from pathlib import Path

import uvicorn
from pydantic import SecretStr
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from integrations.sandbox.app import HANG_UP, create_app
from integrations.sandbox.clock import now
from integrations.sandbox.faults import Faults
from integrations.sandbox.store import Store

HOST = "127.0.0.1"


class _Protocol(HttpToolsProtocol):
    """Lets the application close a connection without an answer, as a failing network does."""

    def on_headers_complete(self) -> None:
        self.scope["extensions"] = {HANG_UP: {"now": self.transport.abort}}
        super().on_headers_complete()


def serve(*, port: int, database: Path, token: SecretStr | None, faults: Faults, until_stdin_closes: bool) -> None:
    """Serves until SIGTERM, SIGINT or, on demand, the end of standard input.

    Writes one line to standard output when it listens: {"url": ..., "port": ...}. Errors: OSError if the port is taken.
    """
    with socket.create_server((HOST, port), backlog=128) as listening:
        chosen = listening.getsockname()[1]
        store = Store(database)
        try:
            app = create_app(store, token=token, faults=faults, clock=now)
            server = uvicorn.Server(
                uvicorn.Config(
                    app, http=_Protocol, ws="none", lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1
                )
            )
            if until_stdin_closes:
                threading.Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
            sys.stdout.write(json.dumps({"url": f"http://{HOST}:{chosen}", "port": chosen}) + "\n")
            sys.stdout.flush()
            server.run(sockets=[listening])
        finally:
            store.close()


def _end_with_stdin(server: uvicorn.Server) -> None:
    # the descriptor itself: a reader that still holds the stream's lock would abort the interpreter's exit
    while os.read(0, 1024):
        pass
    server.should_exit = True
