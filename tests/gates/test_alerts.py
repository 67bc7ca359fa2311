"""Somebody is told once: in the log always, by a signed webhook where an address is set, and a dead address fails nothing."""

from __future__ import annotations

import base64
import json
import logging
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from home_kit import ON, closed, home_in
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from assets.alerting import alert_closings, alert_lateness, late_date
from foundation.settings import Settings
from integrations.alerts.alert import Alert
from integrations.alerts.outbox import Outbox
from integrations.alerts.webhook import tell
from orchestration.ui import free_port

SECRET = "whsec_" + base64.b64encode(b"a secret that two parties share").decode()


class Receiver(ThreadingHTTPServer):
    """A receiver of webhooks that keeps what it was sent and answers what it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[tuple[int, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/c360/alerts"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(({"path": self.path, **dict(self.headers)}, body))
        status, answer = self.server.answers.pop(0) if self.server.answers else (204, b"")
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def receiver():
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def home(tmp_path):
    return home_in(tmp_path)


def configured(url=None, **more):
    secret = {"alert_url": url, "alert_secret": SECRET} if url else {}
    return Settings(_env_file=None, http_attempts=1, http_backoff_seconds=0, **(secret | more))


def alert(subject="a"):
    return Alert("run.failed", subject, f"run {subject} failed", {"run_id": subject})


def test_a_closing_is_posted_once_for_each_content_and_its_signature_holds(home, receiver):
    settings = configured(receiver.url)
    for verdict in (closed(), closed(), closed(gate="open", failures=()), closed("two")):
        alert_closings(home, settings, [verdict])
    assert len(receiver.received) == 2
    headers, body = receiver.received[0]
    told = Webhook(SECRET).verify(body, headers)
    assert headers["path"] == "/c360/alerts"
    assert told["type"] == "gate.closed"
    assert told["data"]["table"] == "core_banking.transactions"
    assert told["data"]["business_date"] == str(ON)
    assert told["data"]["failures"] == list(closed().failures)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"transactions", b"balances"), headers)
    assert headers["webhook-id"] != receiver.received[1][0]["webhook-id"]
    assert set(Outbox(home.control).statuses().values()) == {"sent"}


def test_an_overridden_and_an_optional_missing_table_are_not_told_of(home, receiver):
    verdicts = [closed(gate="overridden"), replace(closed(gate="missing"), is_required=False)]
    alert_closings(home, configured(receiver.url), verdicts)
    assert receiver.received == []


def test_without_an_address_the_log_tells_once_and_nothing_waits_for_one(home, receiver, caplog):
    for _ in range(2):
        tell(home.control, [alert()], configured())
    assert [record.message for record in caplog.records] == ["run.failed: run a failed"]
    tell(home.control, [], configured(receiver.url))
    assert receiver.received == []


def test_a_dead_address_fails_nothing_is_logged_and_what_waits_goes_with_the_next(home, receiver, caplog):
    tell(home.control, [alert("a"), alert("b")], configured(f"http://127.0.0.1:{free_port()}"))
    assert "alerts that wait for the next occasion: 2" in caplog.text
    tell(home.control, [alert("c")], configured(receiver.url))
    assert [json.loads(body)["data"]["run_id"] for _, body in receiver.received] == ["a", "b", "c"]


def test_what_the_receiver_refuses_is_not_sent_for_ever_and_holds_no_other_up(home, receiver, caplog):
    receiver.answers = [(400, b'{"code": "unknown_type", "reason": "no such type"}'), (200, b"ok")]
    for _ in range(2):
        tell(home.control, [alert("a"), alert("b")], configured(receiver.url))
    assert list(Outbox(home.control).statuses().values()) == ["refused", "sent"]
    assert len(receiver.received) == 2
    assert "was refused and will not be sent again" in caplog.text


def test_a_receiver_in_trouble_gets_it_again_under_the_same_id(home, receiver):
    receiver.answers = [(500, b"")]
    tell(home.control, [alert()], configured(receiver.url))
    tell(home.control, [], configured(receiver.url))
    assert len({headers["webhook-id"] for headers, _ in receiver.received}) == 1
    assert list(Outbox(home.control).statuses().values()) == ["sent"]


@pytest.mark.parametrize("wrong", [{"alert_url": "ftp://x"}, {"alert_secret": "whsec_"}])
def test_an_address_or_a_secret_that_cannot_be_used_is_said_and_fails_nothing(home, caplog, wrong):
    tell(home.control, [alert()], configured("http://127.0.0.1:1", **wrong))
    assert "C360_ALERT_URL or C360_ALERT_SECRET cannot be used" in caplog.text
    assert SECRET not in caplog.text


def test_the_log_line_of_an_alert_is_a_warning(home, caplog):
    caplog.set_level(logging.WARNING)
    alert_closings(home, configured(), [closed()])
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert f"core_banking.transactions of {ON} is closed and holds its date and all later ones back" in record.message
    assert f"make why-closed DATE={ON}" in record.message


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def landed(home):
    """Customers and accounts landed on the 5th, customers alone on the 6th."""
    for folder in ("customers/2026-01-05", "accounts/2026-01-05", "customers/2026-01-06"):
        path = home.landing / "core_banking" / folder
        path.mkdir(parents=True)
        (path / "_manifest.json").write_text("{}", encoding="utf-8")
    return home


# 06:00 in Shanghai is 22:00 of the day before
@pytest.mark.parametrize(
    ("now", "late"),
    [
        ("2026-01-06T21:59:59", None),
        ("2026-01-06T22:00:00", date(2026, 1, 6)),
        ("2026-01-07T15:59:59", date(2026, 1, 6)),
        ("2026-01-05T22:00:00", None),
    ],
)
def test_a_landing_is_late_from_the_deadline_of_the_next_day_on_in_bank_time(landed, now, late):
    found = late_date(landed, configured(time_zone="Asia/Shanghai", landing_deadline="06:00"), at(now))
    assert (found[0] if found else None) == late


def test_lateness_is_told_once_a_date_and_names_what_is_lacking(landed, receiver):
    settings = configured(receiver.url, time_zone="Asia/Shanghai", landing_deadline="06:00")
    for now in ("2026-01-06T22:00:00", "2026-01-07T01:00:00"):
        said = alert_lateness(landed, settings, at(now))
    assert said == "the landing of 2026-01-06 is not complete by 06:00: core_banking.accounts has no folder for 2026-01-06"
    ((_, body),) = receiver.received
    assert json.loads(body)["data"]["business_date"] == "2026-01-06"


def test_a_landing_that_is_there_in_time_and_a_bank_that_never_landed_are_not_late(landed, tmp_path):
    (landed.landing / "core_banking" / "accounts" / "2026-01-06").mkdir()
    (landed.landing / "core_banking" / "accounts" / "2026-01-06" / "_manifest.json").write_text("{}", encoding="utf-8")
    settings = configured(time_zone="Asia/Shanghai", landing_deadline="06:00")
    assert alert_lateness(landed, settings, at("2026-01-06T22:00:00")) is None
    assert alert_lateness(home_in(tmp_path / "new"), settings, at("2026-01-06T22:00:00")) is None
    assert not landed.control.exists()


def test_an_address_without_a_secret_is_refused_by_name():
    with pytest.raises(ValueError, match="ALERT_URL needs ALERT_SECRET"):
        Settings(_env_file=None, alert_url="https://alerts.example")
