"""Telling: a line in the log always, and a signed webhook where an address is set.

Belongs here: signing and posting what waits. Not here: HTTP and its retries (integrations/http.py), what is told (alert.py).
Signed as Standard Webhooks: headers webhook-id, webhook-timestamp, webhook-signature; the receiver checks the signature with
the shared secret and drops an id that it has seen. A dead address never fails what raised the alert: it is sent with the next.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import requests
from requests.auth import AuthBase
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from foundation.books import BookError
from foundation.settings import Settings
from integrations.alerts.alert import Alert
from integrations.alerts.outbox import Outbox
from integrations.errors import DestinationError, OutcomeUnknown, Rejected
from integrations.http import HttpClient

_log = logging.getLogger(__name__)


class _Signed(AuthBase):
    """Signs the bytes that leave, when they leave."""

    def __init__(self, webhook: Webhook) -> None:
        self._webhook = webhook

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body if isinstance(request.body, str) else (request.body or b"").decode()
        at, key = datetime.now(UTC), request.headers["Idempotency-Key"]
        request.headers["webhook-id"] = key
        request.headers["webhook-timestamp"] = str(int(at.timestamp()))
        request.headers["webhook-signature"] = self._webhook.sign(key, at, body)
        return request


def tell(control: Path, alerts: Iterable[Alert], settings: Settings) -> None:
    """Logs each alert that was not raised before, and posts all that wait. Never an error: what goes wrong is logged."""
    try:
        _tell(Outbox(control), alerts, settings)
    except BookError as error:  # what raised the alert may be the very same: a full disk
        _log.error("nothing more is told: %s", error)


def _tell(outbox: Outbox, alerts: Iterable[Alert], settings: Settings) -> None:
    for alert in alerts:
        if outbox.add(alert, to_send=settings.alert_url is not None):
            _log.warning("%s: %s", alert.kind, alert.says)
    if settings.alert_url is None or settings.alert_secret is None:
        return
    waiting = outbox.waiting()
    if not waiting:
        return
    try:
        webhook = Webhook(settings.alert_secret.get_secret_value())
        client = HttpClient(
            name="alerts", base_url=settings.alert_url, token=None, auth=_Signed(webhook), honours_idempotency_keys=True,
            timeout_seconds=settings.http_timeout_seconds, attempts=settings.http_attempts,
            backoff_seconds=settings.http_backoff_seconds,
        )  # fmt: skip
    except (ValueError, EmptyWebhookSecretError) as error:
        _log.error("alerts that wait: %d, because C360_ALERT_URL or C360_ALERT_SECRET cannot be used: %s", len(waiting), error)
        return
    try:
        _post(outbox, client)
    finally:
        client.close()


def _post(outbox: Outbox, client: HttpClient) -> None:
    waiting = outbox.waiting()
    for number, each in enumerate(waiting):
        try:
            client.post("", each.body, idempotency_key=each.alert_id)
        except Rejected as error:
            _log.error("alert %s was refused and will not be sent again: %s", each.alert_id, error)
            outbox.settle(each.alert_id, sent=False)
            continue
        except OutcomeUnknown as error:
            if error.code != "garbled":  # taken, and answered with something else than JSON, as many receivers do
                _log.error("alerts that wait for the next occasion: %d: %s", len(waiting) - number, error)
                return
        except DestinationError as error:
            _log.error("alerts that wait for the next occasion: %d: %s", len(waiting) - number, error)
            return
        outbox.settle(each.alert_id, sent=True)
