"""The resources that assets ask for by name."""

from __future__ import annotations

from assets.workspace import Workspace


def resources() -> dict[str, object]:
    """One home, locked while a run lasts."""
    return {"workspace": Workspace()}
