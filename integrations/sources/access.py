"""What is needed to reach a source and is in no file: addresses and secrets by their variables' names, patience, time zone.

Belongs here: looking them up. Not here: which names (mapping.py).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from dotenv import dotenv_values
from pydantic import SecretStr

from foundation.settings import Settings
from integrations.sources.errors import SourceRefused


@dataclass(frozen=True)
class Access:
    """`environment`: where the variables are looked up; `time_zone`: the bank's."""

    environment: Mapping[str, str | None] = field(repr=False)
    time_zone: str
    attempts: int = 4
    backoff_seconds: float = 0.5

    @classmethod
    def of(cls, settings: Settings) -> Access:
        """That of this process: its environment, and `.env` in the folder it runs in."""
        return cls(
            environment={**dotenv_values(".env"), **os.environ},
            time_zone=settings.time_zone,
            attempts=settings.http_attempts,
            backoff_seconds=settings.http_backoff_seconds,
        )

    def secret(self, variable: str) -> SecretStr:
        """The worth of a variable. Errors: SourceRefused, when it is not set."""
        worth = self.environment.get(variable)
        if not worth:
            raise SourceRefused(f"the environment variable {variable} is not set; the mapping file names it")
        return SecretStr(worth)
