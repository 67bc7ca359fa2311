"""The sandbox as a child process, for commands and tests.

Belongs here: starting it, knowing its address, asking what it received, ending it and nothing else. Not here: serving
(server.py). The child holds the other end of a pipe and ends when this process does, however that comes about.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import requests
from pydantic import SecretStr

from integrations.sandbox.faults import Faults

TOKEN_VARIABLE = "C360_SANDBOX_TOKEN"  # noqa: S105 - the name of a variable, not a token
_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_SECONDS = 15.0


class SandboxError(RuntimeError):
    """The sandbox did not start or does not answer. The message names its log."""


@dataclass(frozen=True)
class Received:
    """What the sandbox counted since its file was made: things kept, requests seen, repeats answered, refusals, faults played."""

    tasks: int
    messages: int
    requests: int
    replays: int
    refused: int
    faults: int


class SandboxProcess:
    """A running sandbox; a context manager. `port` 0 takes a free one. Errors on entering: SandboxError."""

    def __init__(
        self, database: Path, *, log: Path, token: SecretStr | None = None, port: int = 0, faults: Faults | None = None
    ) -> None:
        self._database, self._log, self._token, self._port, self._faults = database, log, token, port, faults or Faults()
        self._child: subprocess.Popen[bytes] | None = None
        self.url = ""

    def __enter__(self) -> Self:
        if self._child is not None:
            raise SandboxError("this sandbox is running already")
        self._log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "integrations.sandbox", "--until-stdin-closes", "--port", str(self._port)]
        command += ["--database", str(self._database.resolve()), *self._faults.as_options()]
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                command, cwd=_ROOT, env=self._environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log
            )
        try:
            self.url = self._announced(self._child)
            self._get("/health")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._child.pid if self._child else 0

    def received(self) -> Received:
        """What it counted so far. Errors: SandboxError."""
        return Received(**self._get("/api/received").json())

    def page(self) -> str:
        """Its page as HTML. Errors: SandboxError."""
        return self._get("/").text

    def stop(self) -> None:
        """Ends it: SIGTERM, and after a while SIGKILL, to this child alone."""
        child, self._child = self._child, None
        if child is None:
            return
        with child:  # closes the pipes and waits
            child.terminate()
            try:
                child.wait(_PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != TOKEN_VARIABLE}
        return kept | ({TOKEN_VARIABLE: self._token.get_secret_value()} if self._token else {})

    def _announced(self, child: subprocess.Popen[bytes]) -> str:
        line = child.stdout.readline() if child.stdout else b""
        if not line:
            raise SandboxError(f"the sandbox did not start; its log says why: {self._log}")
        return str(json.loads(line)["url"])

    def _get(self, path: str) -> requests.Response:
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.get(f"{self.url}{path}", timeout=_PATIENCE_SECONDS)
                answer.raise_for_status()
                return answer
        except requests.RequestException as error:
            raise SandboxError(f"the sandbox at {self.url} does not answer ({type(error).__name__}); see {self._log}") from None
