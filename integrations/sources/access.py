"""What is needed to reach a source and is in no file: addresses and secrets by their variables' names, patience, time zone.

Belongs here: looking them up. Not here: which names (mapping.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from integrations.sources.errors import SourceRefused


@dataclass(frozen=True)
class Access:
    """`environment`: where the variables are looked up; `time_zone`: the bank's."""

    environment: Mapping[str, str | None] = field(repr=False)
    time_zone: str
    attempts: int = 4
    backoff_seconds: float = 0.5

    def secret(self, variable: str) -> SecretStr:
        """The worth of a variable. Errors: SourceRefused, when it is not set."""
        worth = self.environment.get(variable)
        if not worth:
            raise SourceRefused(f"the environment variable {variable} is not set; the mapping file names it")
        return SecretStr(worth)
