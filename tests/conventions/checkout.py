"""What the tests of this folder read: the checkout's own files, and nothing that was built or installed into it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGES = ("foundation", "clustering", "integrations", "expectations", "assets", "orchestration", "demo", "examples",
            "benchmarks")  # fmt: skip
_BUILT = {"__pycache__", "target", "logs", "data"}
_HIDDEN_BUT_OURS = {".ci", ".env.example", ".gitignore"}
_TEXT = {".py", ".sql", ".yml", ".yaml", ".md", ".toml", ".csv", ".env", ".html", ".css", ".js", ".svg", ".example", ""}


def modules(*folders: str) -> list[Path]:
    """Every Python file of these packages."""
    return sorted(path for folder in folders for path in (CHECKOUT / folder).rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


def texts() -> Iterator[Path]:
    """Every file of the checkout that people read or write."""
    for folder, folders, files in os.walk(CHECKOUT):
        folders[:] = sorted(each for each in folders if each not in _BUILT and (each[0] != "." or each in _HIDDEN_BUT_OURS))
        for file in sorted(files):
            path = Path(folder, file)
            if path.suffix in _TEXT and (file[0] != "." or file in _HIDDEN_BUT_OURS):
                yield path
