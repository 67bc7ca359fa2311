"""Starts the sandbox where no real destination is configured, and points the settings at it.

Belongs here: that decision. Not here: the sandbox itself (integrations/sandbox).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from foundation.home import Home
from foundation.settings import PREFIX, Settings, load_settings
from integrations.sandbox.process import SandboxProcess


@contextmanager
def destinations_ready(settings: Settings, home: Home) -> Iterator[str | None]:
    """Yields the sandbox's address while it runs, or None where the bank configured its own destinations.

    The address and a token made for this time alone go to this process and its children by environment.
    """
    if settings.crm_url or settings.messaging_url:
        yield None
        return
    token = secrets.token_urlsafe(24)
    with SandboxProcess(home.sandbox, log=home.logs / "sandbox.log", token=SecretStr(token)) as sandbox:
        names = {"CRM_URL": sandbox.url, "MESSAGING_URL": sandbox.url, "CRM_TOKEN": token, "MESSAGING_TOKEN": token}
        os.environ.update({PREFIX + name: value for name, value in names.items()})
        load_settings.cache_clear()
        try:
            yield sandbox.url
        finally:
            for name in names:
                os.environ.pop(PREFIX + name, None)
            load_settings.cache_clear()
