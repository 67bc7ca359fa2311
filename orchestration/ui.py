"""Serves Dagster's UI and daemon on this machine until interrupted.

Belongs here: the two child processes and their end. Not here: what they load (workspace.yaml).
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType

from foundation.home import Home
from orchestration.console import CONSOLE

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
PATIENCE_SECONDS = 15


class _InterruptedError(Exception):
    """Somebody asked the command to end."""


def free_port() -> int:
    """A TCP port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise _InterruptedError


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.send_signal(signal.SIGINT)
    for child in children:
        try:
            child.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        # what it started itself: a code server, when its parent ends while starting, would live on for a while
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGTERM)


def serve(home: Home, port: int, sandbox_url: str | None) -> None:
    """Runs webserver and daemon, prints where to look, and ends both on Ctrl-C, SIGTERM or when either ends."""
    port = port or free_port()
    home.logs.mkdir(parents=True, exist_ok=True)
    workspace = ["-w", str(ROOT / "workspace.yaml")]
    commands = {
        "webserver": [sys.executable, "-m", "dagster_webserver", "-h", HOST, "-p", str(port), *workspace],
        "daemon": [sys.executable, "-m", "dagster._daemon", "run", *workspace],
    }
    signal.signal(signal.SIGTERM, _interrupt)
    children = []
    with contextlib.ExitStack() as logs, contextlib.suppress(KeyboardInterrupt, _InterruptedError):
        try:
            for name, command in commands.items():
                log = logs.enter_context((home.logs / f"{name}.log").open("ab"))
                children.append(subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True))  # noqa: S603
            CONSOLE.print(
                f"Dagster   http://{HOST}:{port}\nSandbox   {sandbox_url or 'not running: destinations are configured'}"
            )
            CONSOLE.print(f"Logs      {home.logs}\nCtrl-C ends them.", soft_wrap=True)
            children[0].wait()
        finally:
            _stop(children)
