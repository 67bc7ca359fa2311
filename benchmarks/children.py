"""A command as a child process, with what it cost: a child each, so that peak memory is that of one run alone.

Belongs here: starting, waiting, measuring. Not here: which commands (bank.py), how figures are shown (tables.py).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_TOLD_LINES = 15


class ChildError(RuntimeError):
    """A child ended with an error. The message carries the end of what it said, and where all of it stands."""


@dataclass(frozen=True)
class Cost:
    """Wall and CPU time in seconds, and peak memory in MiB: of the child and its own children, the largest process counts.

    Linux counts from what the starting process held, so that one imports nothing large.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_mib: float


def run_python(arguments: Sequence[str], *, folder: Path, environment: Mapping[str, str], log: Path) -> Cost:
    """Runs this Python with arguments in a folder, where no `.env` of the checkout reaches it. Errors: ChildError."""
    with log.open("wb") as said:
        began = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env={**environment, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        # wait4 alone tells what this one child used; resource.getrusage(RUSAGE_CHILDREN) mixes it with those before it
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        told = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TOLD_LINES:]
        raise ChildError("\n  ".join([f"`python {' '.join(arguments)}` ended with {child.returncode}; all of it: {log}", *told]))
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
