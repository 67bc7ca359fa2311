"""Asking an interface for one page: the project's HTTP client for reading, with pacing and renewed tokens.

Belongs here: what an answer's status and body mean to a reader. Not here: retries and timeouts (integrations/http.py and
retries.py), which page is next (paging.py). What an answer says in words is not repeated: it may speak of a customer.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from integrations.errors import DestinationError, Misconfigured, Rejected
from integrations.http import HttpClient
from integrations.retries import PASSING_STATUSES
from integrations.sources.errors import SourceError, SourceRefused, SourceUnavailable, SourceUnreadable
from integrations.sources.rest.auth import Token

# asking does nothing, so that even a server's own error may be asked again
_PASSING = PASSING_STATUSES | {500}
_NOT_FOUND = 404


class RequestRejected(SourceUnreadable):
    """The interface read the request and refused it."""


class NothingThere(SourceRefused):
    """404: the address is wrong, or a place that it once named means nothing to it any more."""


@dataclass(frozen=True)
class Answer:
    """A page's body, and the address that its Link header calls next."""

    body: Any
    next_address: str | None


class Pace:
    """At most so many requests a second; the clock and the pause are given."""

    def __init__(
        self,
        per_second: float | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._interval = 1 / per_second if per_second else 0.0
        self._clock, self._pause = clock, pause
        self._next = clock()

    def wait(self) -> None:
        """Returns when the next request may leave."""
        now = self._clock()
        if self._next > now:
            self._pause(self._next - now)
        self._next = max(now, self._next) + self._interval


class RestClient(HttpClient):
    """Reads one interface."""

    def __init__(
        self, *, name: str, base_url: str, auth: Token | None, pace: Pace, timeout_seconds: float, attempts: int,
        backoff_seconds: float,
    ) -> None:  # fmt: skip
        try:
            super().__init__(
                name=name, base_url=base_url, token=None, honours_idempotency_keys=True, timeout_seconds=timeout_seconds,
                attempts=attempts, backoff_seconds=backoff_seconds,
            )  # fmt: skip
        except ValueError as error:
            raise SourceRefused(str(error)) from None
        self._auth = auth
        self._retries = self._retries.new(status_forcelist=_PASSING)
        self._attempts, self._pace = attempts, pace

    def get(self, address: str, parameters: Mapping[str, str]) -> Answer:
        """One page. `address`: a path, or a whole address of the same server.

        Errors: SourceUnavailable, SourceRefused, NothingThere, RequestRejected, SourceUnreadable.
        """
        url = self._on_this_server(address)
        response = self._asked(url, parameters)
        if response.status_code == 401 and isinstance(self._auth, Token) and self._auth.renew():
            response = self._asked(url, parameters)
        if response.status_code != 200:
            error = self._told(self._refusal(response, None, ()), url)
            raise NothingThere(str(error)) if response.status_code == _NOT_FOUND else error
        following = response.links.get("next", {}).get("url")
        return Answer(_body(response, urlsplit(url).path), urljoin(url, following) if following else None)

    def _on_this_server(self, address: str) -> str:
        if address.startswith("/"):
            return f"{self._base_url}{address}"
        if urlsplit(address)[:2] != urlsplit(self._base_url)[:2]:
            raise SourceUnreadable(f"{self._where} names a next page on another server; our token goes to {self._where} alone")
        return address

    def _asked(self, url: str, parameters: Mapping[str, str]) -> requests.Response:
        for attempt in range(1, self._attempts + 1):
            self._pace.wait()
            try:
                return self._session().get(url, params=dict(parameters), timeout=self._timeout, allow_redirects=False)
            except requests.exceptions.ChunkedEncodingError as error:
                # cut off within its body, where urllib3 no longer tries again
                if attempt == self._attempts:
                    raise self._told(self._broken(error), url) from None
            except requests.RequestException as error:
                raise self._told(self._broken(error), url) from None
        raise AssertionError("at least one attempt is made")

    def _told(self, error: DestinationError, url: str) -> SourceError:
        reason = f"{self._where}{urlsplit(url).path}: {error.reason} [{error.code}]"
        if isinstance(error, Misconfigured):
            return SourceRefused(reason)
        if isinstance(error, Rejected):
            return RequestRejected(f"{reason} ({error.status}); mend path, parameters or changes")
        return SourceUnavailable(f"{reason}; run it again, it goes on where it stopped")


def _no_number(word: str) -> None:
    raise ValueError(word)


def _body(response: requests.Response, path: str) -> Any:
    try:
        return json.loads(response.content, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise SourceUnreadable(f"{path} answered 200 with what is not JSON; look at its address and version") from None
