"""When a request is tried again, and whether anything was sent at all: urllib3's Retry with two additions.

Belongs here: the policy and the evidence of what happened to earlier attempts. Not here: the meaning of the last answer
(http.py). Additions: an end that proves nothing was ever taken is told apart, and a destination that wants a longer pause
than `LONGEST_PAUSE_SECONDS` ends the attempts instead of holding a run.
"""

from __future__ import annotations

import ssl
from typing import Any

import requests
from urllib3.exceptions import ConnectTimeoutError, InvalidHeader, MaxRetryError
from urllib3.response import BaseHTTPResponse
from urllib3.util.retry import RequestHistory, Retry

LONGEST_PAUSE_SECONDS = 60.0
LONGEST_BACKOFF_SECONDS = 30.0
PASSING_STATUSES = frozenset({429, 502, 503, 504})


class NothingSent(MaxRetryError):  # noqa: N818 - the name says what happened
    """All attempts ended before a request reached the destination, or it turned them away unread (429)."""

    bad_certificate = False


def _harmless(error: object, status: int | None) -> bool:
    # a certificate is judged before the request is written, so a refused one proves that nothing left
    return isinstance(error, ConnectTimeoutError) or _bad_certificate(error) or (error is None and status == 429)


def _bad_certificate(error: object) -> bool:
    return any(isinstance(part, ssl.SSLCertVerificationError) for part in (error, *getattr(error, "args", ())))


class PatientRetry(Retry):
    """Retry that keeps the evidence. Errors of `increment`: NothingSent, MaxRetryError."""

    RETRY_AFTER_STATUS_CODES = frozenset()  # only `status_forcelist` says what is tried again

    def parse_retry_after(self, retry_after: str) -> float:
        try:
            return super().parse_retry_after(retry_after)
        except InvalidHeader:
            return 0.0

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        *rest: Any,
        **named: Any,
    ) -> PatientRetry:
        if response is not None and (self.get_retry_after(response) or 0) > LONGEST_PAUSE_SECONDS:
            raise MaxRetryError(named.get("_pool"), url or "", None)  # type: ignore[arg-type]
        try:
            return super().increment(method, url, response, error, *rest, **named)
        except MaxRetryError as end:
            if error is not None and all_harmless(self.history) and _harmless(error, None):
                nothing = NothingSent(end.pool, url or "", end.reason)
                nothing.bad_certificate = _bad_certificate(error)
                raise nothing from None
            raise


def all_harmless(history: tuple[RequestHistory, ...]) -> bool:
    """Whether none of these attempts can have been carried out."""
    return all(_harmless(attempt.error, attempt.status) for attempt in history)


def surely_not_taken(response: requests.Response) -> bool:
    """Whether no attempt before this answer can have been carried out."""
    retries = getattr(response.raw, "retries", None)
    return retries is None or all_harmless(retries.history)


def retry_policy(*, attempts: int, backoff_seconds: float, repeatable: bool) -> PatientRetry:
    """At most `attempts` in all. `repeatable`: the destination honours idempotency keys, so a lost answer may be asked again."""
    return PatientRetry(
        total=attempts - 1,
        read=None if repeatable else False,
        other=0,
        redirect=0,
        allowed_methods=None,
        status_forcelist=PASSING_STATUSES if repeatable else frozenset(),
        backoff_factor=backoff_seconds,
        backoff_jitter=backoff_seconds,
        backoff_max=LONGEST_BACKOFF_SECONDS,
        respect_retry_after_header=True,
        raise_on_status=False,
        raise_on_redirect=False,
    )
