"""Making sure that the disk has what was written, before anything is said of it elsewhere.

Belongs here: folders that are state and appear whole. Not here: what a database keeps (it does so itself), nor what can be
derived again.
"""

from __future__ import annotations

import os
from pathlib import Path


def _on_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def settle(folder: Path) -> None:
    """Returns once the disk has a folder's files and their names: a power cut afterwards loses none of them."""
    for path in (*sorted(folder.iterdir()), folder):
        _on_disk(path)


def appear(draft: Path, final: Path) -> None:
    """Gives a written folder its name, under which it is whole or not at all."""
    settle(draft)
    draft.rename(final)
    _on_disk(final.parent)
