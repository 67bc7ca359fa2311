"""A real interface on loopback that answers as a test says, with faults at chosen requests, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """What was asked."""

    method: str
    path: str
    query: dict[str, str]
    token: str
    body: str = ""


@dataclass(frozen=True)
class Reply:
    """What is answered. `cut`: the connection ends in the middle of the body; `held`: nothing is answered at all."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    held: threading.Event | None = None

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Service:
    """`answer` tells what an ordinary request gets; `faults` what the nth gets instead, counted from 1."""

    answer: Callable[[Request], Reply]
    faults: Mapping[int, Reply] = field(default_factory=dict)
    url: str = ""
    asked: list[Request] = field(default_factory=list)
    _heard: threading.Condition = field(default_factory=threading.Condition)

    def came_to(self, number: int, patience_seconds: float = 60) -> bool:
        """Waits for so many requests."""
        with self._heard:
            return self._heard.wait_for(lambda: len(self.asked) >= number, patience_seconds)

    def reply(self, request: Request) -> Reply:
        with self._heard:
            self.asked.append(request)
            self._heard.notify_all()
        return self.faults.get(len(self.asked)) or self.answer(request)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, service: Service) -> None:
        self.service = service
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        asked = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        token = self.headers.get("Authorization", "")
        reply = self.server.service.reply(Request(self.command, asked.path, dict(parse_qsl(asked.query)), token, body))
        if reply.held is not None:
            reply.held.wait(60)
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Length", str(len(reply.content)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.cut:
            self.wfile.write(reply.content[: len(reply.content) // 2])
            self.close_connection = True
        else:
            self.wfile.write(reply.content)

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""


@contextmanager
def running(service: Service) -> Iterator[Service]:
    """The service, listening."""
    with _Server(service) as server:
        service.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
