"""How an interface knows us: a bearer token, or one fetched with OAuth 2 client credentials and fetched anew when refused.

Belongs here: tokens. Not here: when a refusal is met (client.py). No token is ever in a message or a repr.
"""

from __future__ import annotations

import requests
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from integrations.retries import PatientRetry
from integrations.sources.errors import SourceRefused, SourceUnavailable


class Token(AuthBase):
    """A bearer token as it was given. It cannot be renewed."""

    def __init__(self, token: SecretStr) -> None:
        self._token: SecretStr | None = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        return request

    def renew(self) -> bool:
        """Whether there is another token than the one that was refused."""
        return False


class ClientCredentials(Token):
    """OAuth 2 client credentials (RFC 6749, 4.4)."""

    def __init__(
        self, *, token_url: str, client_id: SecretStr, client_secret: SecretStr, scope: str | None, retries: PatientRetry,
        timeout_seconds: float,
    ) -> None:  # fmt: skip
        self._token = None
        self._url, self._id, self._secret, self._scope = token_url, client_id, client_secret, scope
        self._retries, self._timeout = retries, timeout_seconds

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is None:
            self._token = self._fetched()
        return super().__call__(request)

    def renew(self) -> bool:
        self._token = self._fetched()
        return True

    def _fetched(self) -> SecretStr:
        form = {"grant_type": "client_credentials"} | ({"scope": self._scope} if self._scope else {})
        with requests.Session() as session:
            session.trust_env = False
            for scheme in ("http://", "https://"):
                session.mount(scheme, HTTPAdapter(max_retries=self._retries))
            try:
                answer = session.post(
                    self._url, data=form, auth=(self._id.get_secret_value(), self._secret.get_secret_value()),
                    timeout=self._timeout, allow_redirects=False,
                )  # fmt: skip
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
                raise SourceUnavailable("the address that gives tokens does not answer; run it again when it does") from None
            except requests.RequestException:
                raise SourceRefused("the address that gives tokens is no address; mend what oauth2.token_url names") from None
        return _token_of(answer)


def _token_of(answer: requests.Response) -> SecretStr:
    if answer.status_code == 429 or answer.status_code >= 500:
        raise SourceUnavailable(f"the address that gives tokens answered {answer.status_code}; run it again later")
    if answer.status_code != 200:
        raise SourceRefused(
            f"no token was given ({answer.status_code}); mend what oauth2's client_id, client_secret and scope name"
        )
    try:
        token = answer.json().get("access_token")
    except (ValueError, AttributeError):
        token = None
    if not isinstance(token, str) or not token:
        raise SourceRefused("the address that gives tokens answered without access_token; mend what oauth2.token_url names")
    return SecretStr(token)
