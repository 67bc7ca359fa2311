"""A real sandbox on loopback and a real ledger for the activation tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from activation_kit import TOKEN, Clients, Connect, StartSandbox
from pydantic import SecretStr

from integrations.crm.client import CrmClient
from integrations.delivery.ledger import Ledger
from integrations.http import HttpClient
from integrations.messaging.client import MessagingClient
from integrations.sandbox.faults import Faults
from integrations.sandbox.process import SandboxProcess


@pytest.fixture
def start_sandbox(tmp_path: Path) -> Iterator[StartSandbox]:
    """Starts sandboxes over one file, so that a second one is a restart."""
    with ExitStack() as stack:

        def start(faults: Faults | None = None, *, port: int = 0) -> SandboxProcess:
            return stack.enter_context(
                SandboxProcess(tmp_path / "sandbox.sqlite", log=tmp_path / "sandbox.log", token=TOKEN, faults=faults, port=port)
            )

        yield start


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Clients of one address, with hardly any waiting."""
    opened: list[HttpClient] = []

    def clients(url: str, *, honours: bool = True, token: SecretStr | None = TOKEN, **options: Any) -> Clients:
        for name in ("crm", "messaging"):
            settings: dict[str, Any] = {"attempts": 3, "backoff_seconds": 0.001, "timeout_seconds": 5.0, **options}
            opened.append(HttpClient(name=name, base_url=url, token=token, honours_idempotency_keys=honours, **settings))
        return Clients(crm=CrmClient(opened[-2]), messaging=MessagingClient(opened[-1]))

    yield clients
    for http in opened:
        http.close()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path / "home" / "ledger.sqlite") as opened:
        yield opened
