"""One small HTTP client for every destination: timeouts always, safe retries, answers turned into one error tree.

Belongs here: how a request is sent and what an answer means. Not here: what is sent (crm/, messaging/), what becomes of
the outcome (delivery/). Bodies are never logged; an error's reason is masked by `scrub` before it is raised.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from integrations.errors import Busy, DestinationError, Misconfigured, NotTaken, OutcomeUnknown, Rejected, Unreachable
from integrations.retries import NothingSent, retry_policy, surely_not_taken

CONNECT_TIMEOUT_SECONDS = 3.05
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_LONG_NUMBER = re.compile(r"\d(?:[\s\-]?\d){5,}")
_REASON_LENGTH = 200


def scrub(text: str, personal: Sequence[str] = ()) -> str:
    """`text` fit for a log or a table: the given personal values and every number of six digits or more are masked."""
    for value in sorted(filter(None, personal), key=len, reverse=True):
        text = text.replace(value, "***")
    return _LONG_NUMBER.sub("******", " ".join(text.split()))[:_REASON_LENGTH]


class _Bearer(AuthBase):
    """Sets the token when a request leaves, so that no session or repr holds it in clear."""

    def __init__(self, token: SecretStr) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        return request


class HttpClient:
    """Posts JSON to one destination; usable from many threads (each has a session of its own).

    `honours_idempotency_keys` is what the destination declares: if it does, everything that may pass by itself is retried
    (connection errors, lost answers, 429, 502, 503, 504); if not, only what was surely never sent.
    `timeout_seconds` bounds each wait for an answer, `attempts` counts the first one too, `backoff_seconds` doubles
    after each attempt. Proxies and tokens in the environment are ignored: personal data goes to the address configured
    and nowhere else; `ca_bundle` names a bank's own certificate authority; `auth` signs what leaves, where no
    token does. Errors: ValueError for an unusable address.
    """

    def __init__(
        self,
        *,
        name: str,
        base_url: str,
        token: SecretStr | None,
        honours_idempotency_keys: bool,
        timeout_seconds: float = 10.0,
        attempts: int = 4,
        backoff_seconds: float = 0.5,
        ca_bundle: Path | None = None,
        auth: AuthBase | None = None,
    ) -> None:
        address = urlsplit(base_url)
        if address.scheme not in ("http", "https") or not address.hostname or address.username or address.query:
            raise ValueError(f"{name}: its address must look like https://host[:port][/path], without user name or query")
        self.name = name
        self.honours_idempotency_keys = honours_idempotency_keys
        self._base_url, self._where = base_url.rstrip("/"), address.netloc
        self._auth: AuthBase | None = _Bearer(token) if token is not None else auth
        self._timeout = (min(CONNECT_TIMEOUT_SECONDS, timeout_seconds), timeout_seconds)
        self._retries = retry_policy(attempts=attempts, backoff_seconds=backoff_seconds, repeatable=honours_idempotency_keys)
        self._verify = str(ca_bundle) if ca_bundle else True
        self._local = threading.local()
        self._sessions: list[requests.Session] = []
        self._lock = threading.Lock()

    def post(
        self, path: str, body: Mapping[str, object], *, idempotency_key: str, personal: Sequence[str] = ()
    ) -> dict[str, Any]:
        """The destination's answer to one request. `personal`: values of the body that no error may repeat.

        Errors: every leaf of DestinationError.
        """
        try:
            response = self._session().post(
                f"{self._base_url}{path}",
                json=body,
                headers={"Idempotency-Key": idempotency_key},
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise self._broken(error) from None
        return self._read(response, personal)

    def close(self) -> None:
        """Closes the sessions of all threads."""
        with self._lock:
            while self._sessions:
                self._sessions.pop().close()
            self._local = threading.local()

    def _session(self) -> requests.Session:
        session = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env, session.verify, session.auth = False, self._verify, self._auth
            adapter = HTTPAdapter(max_retries=self._retries, pool_connections=1, pool_maxsize=1)
            session.mount("http://", adapter)
            session.mount("https://", adapter)
            self._local.session = session
            with self._lock:
                self._sessions.append(session)
        return cast(requests.Session, session)

    def _broken(self, error: requests.RequestException) -> DestinationError:
        cause = error.args[0] if error.args else None
        if isinstance(cause, NothingSent):
            if cause.bad_certificate:
                return Misconfigured(
                    self.name,
                    code="certificate",
                    reason=f"the certificate of {self._where} is not trusted; name the bank's CA bundle",
                )
            return Unreachable(self.name, code="unreachable", reason=f"no connection to {self._where}; nothing was sent")
        code = "timeout" if isinstance(error, requests.Timeout) or "timed out" in str(cause) else "lost_answer"
        return OutcomeUnknown(self.name, code=code, reason=f"no whole answer from {self._where} after the request was sent")

    def _read(self, response: requests.Response, personal: Sequence[str]) -> dict[str, Any]:
        answer = _json_object(response)
        if 200 <= response.status_code < 300:
            if answer is None:
                raise OutcomeUnknown(
                    self.name, code="garbled", reason=f"answered {response.status_code}, but not with a JSON object"
                )
            return answer
        error = self._refusal(response, answer, personal)
        if isinstance(error, NotTaken) and not surely_not_taken(response):
            reason = f"{error.reason}; an earlier attempt may have been carried out"
            raise OutcomeUnknown(self.name, code=error.code, reason=reason)
        raise error

    def _refusal(self, response: requests.Response, answer: dict[str, Any] | None, personal: Sequence[str]) -> DestinationError:
        status = response.status_code
        own_code = (answer or {}).get("code")
        code = own_code if isinstance(own_code, str) and _CODE.fullmatch(own_code) else f"http_{status}"
        said = scrub(str((answer or {}).get("reason") or response.reason or "no reason given"), personal)
        if status in (401, 403, 407):
            return Misconfigured(self.name, code=code, reason=f"answered {status}: {said}; check the token configured for it")
        if status < 400 or (status in (404, 405) and own_code is None):
            return Misconfigured(self.name, code=code, reason=f"answered {status}: {said}; check the address configured for it")
        if status == 429:
            seconds = self._retries.get_retry_after(response.raw)
            return Busy(self.name, code=code, reason=f"asked to come back later: {said}", retry_after_seconds=seconds)
        # 408 and 409 (an earlier request under this key is still being worked on) say nothing about how it ends
        if status in (408, 409) or status >= 500:
            return OutcomeUnknown(self.name, code=code, reason=f"answered {status}: {said}")
        return Rejected(self.name, status=status, code=code, reason=said)


def _json_object(response: requests.Response) -> dict[str, Any] | None:
    try:
        answer = response.json()
    except requests.JSONDecodeError:
        return None
    return answer if isinstance(answer, dict) else None
