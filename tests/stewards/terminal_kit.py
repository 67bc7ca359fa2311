"""The commands of a steward as processes, with a terminal of their own or without one. No test is here."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

from day_kit import PATIENCE_SECONDS, ROOT, Done, environment
from steward_kit import Bank


def opened_terminal(columns: int = 160) -> tuple[int, int]:
    """What a person sees and types at, and what a process is given: to be closed by the caller."""
    screen, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 60, columns, 0, 0))
    return screen, terminal


def start(bank: Bank, command: str, *arguments: str, terminal: int | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", command, *arguments],
        cwd=ROOT, text=True,
        # the terminal says how wide it is, not whoever runs the tests
        env=environment(bank.home.root, C360_LANDING=str(bank.home.landing), TERM="xterm", COLUMNS=""),
        stdin=subprocess.DEVNULL if terminal is None else terminal,
        stdout=subprocess.PIPE if terminal is None else terminal, stderr=subprocess.STDOUT,
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> Done:
    output, _ = process.communicate(timeout=PATIENCE_SECONDS)
    return Done(process.returncode, output)


def all_of(screen: int) -> str:
    """What a terminal shows until nobody writes to it any more."""
    seen = b""
    try:
        while part := os.read(screen, 65536):
            seen += part
    except OSError:  # how a terminal says that its last writer has gone
        pass
    return seen.decode()
