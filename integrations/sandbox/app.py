"""The sandbox's HTTP side: a CRM and a messaging gateway on one address.

Belongs here: routes, the token, the promise of the idempotency key, faults. Not here: what a body must hold (rules.py),
storage (store.py), the page (page.py), sockets (server.py). The clock is a parameter.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from datetime import datetime

import anyio
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from integrations.sandbox.faults import Fault, Faults
from integrations.sandbox.page import render
from integrations.sandbox.rules import MESSAGE, TASK, refusal
from integrations.sandbox.store import Store

HANG_UP = "sandbox.hang_up"
_LARGEST_BODY = 64 * 1024
_LONGEST_KEY = 200
_PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "no-store"}


def create_app(store: Store, *, token: SecretStr | None, faults: Faults, clock: Callable[[], datetime]) -> Starlette:
    """The sandbox as an ASGI application over one store."""
    sandbox = _Sandbox(store, token, faults, clock)
    return Starlette(
        routes=[
            Route("/crm/tasks", sandbox.task, methods=["POST"]),
            Route("/messaging/messages", sandbox.message, methods=["POST"]),
            Route("/health", sandbox.health),
            Route("/api/received", sandbox.received),
            Route("/", sandbox.page),
        ],
        # a page elsewhere must not reach it by giving its own name this address
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


def _refused(status: int, code: str, reason: str, **headers: str) -> Response:
    return JSONResponse({"code": code, "reason": reason}, status_code=status, headers=headers)


class _Sandbox:
    def __init__(self, store: Store, token: SecretStr | None, faults: Faults, clock: Callable[[], datetime]) -> None:
        self._store, self._faults, self._clock = store, faults, clock
        self._expected = f"Bearer {token.get_secret_value()}".encode() if token else None
        self._requests = 0

    async def task(self, request: Request) -> Response:
        return await self._take(TASK, request)

    async def message(self, request: Request) -> Response:
        return await self._take(MESSAGE, request)

    async def health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def received(self, _: Request) -> Response:
        kinds, counters = self._store.by_kind(), self._store.counters()
        return JSONResponse(
            {
                "tasks": kinds.get(TASK, 0),
                "messages": kinds.get(MESSAGE, 0),
                "requests": counters.get("requests", 0),
                "replays": counters.get("replays", 0),
                "refused": counters.get("refused", 0),
                "faults": counters.get("faults", 0),
            }
        )

    async def page(self, _: Request) -> Response:
        return HTMLResponse(render(self._store, self._clock()), headers=_PAGE_HEADERS)

    async def _take(self, kind: str, request: Request) -> Response:
        body = await request.body()
        self._store.count("requests")
        given = request.headers.get("authorization", "").encode()
        if self._expected is not None and not hmac.compare_digest(given, self._expected):
            return _refused(401, "unauthorized", "a bearer token is required and this is not it")
        self._requests += 1
        fault = self._faults.of(self._requests)
        if fault:
            self._store.count("faults")
        if fault is Fault.UNAVAILABLE:
            return _refused(503, "unavailable", "out of service for the moment")
        if fault is Fault.BUSY:
            return _refused(429, "too_many_requests", "slow down", **{"Retry-After": str(self._faults.retry_after_seconds)})
        answer = self._keep(kind, request.headers.get("idempotency-key", ""), body)
        if fault is Fault.LOST:
            request.scope["extensions"][HANG_UP]["now"]()
        if fault is Fault.SLOW:
            await anyio.sleep(self._faults.slow_seconds)
        return answer

    def _keep(self, kind: str, key: str, raw: bytes) -> Response:
        if not 0 < len(key) <= _LONGEST_KEY:
            return self._refuse(kind, 400, "missing_idempotency_key", "the header Idempotency-Key is required")
        try:
            body = json.loads(raw) if len(raw) <= _LARGEST_BODY else None
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return self._refuse(kind, 400, "invalid_json", f"the body must be a JSON object of at most {_LARGEST_BODY} bytes")
        wrong = refusal(kind, body)
        if wrong:
            return self._refuse(kind, 422, wrong.code, wrong.reason)
        stored = self._store.keep(kind, key, body, self._clock())
        if not stored.is_same:
            return self._refuse(kind, 422, "idempotency_key_reused", "this key came before with another body")
        if not stored.is_new:
            self._store.count("replays")
        return JSONResponse({f"{kind}_id": stored.remote_id}, status_code=201)

    def _refuse(self, kind: str, status: int, code: str, reason: str) -> Response:
        self._store.count("refused")
        self._store.refuse(kind, code, reason, self._clock())
        return _refused(status, code, reason)
