"""A home in which a gate has spoken, without the runs that lead there. No test is here."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from expectations.verdicts import Verdict, Verdicts
from foundation.home import Home
from integrations.sources import registry
from integrations.sources.registry import BatchResult

ON, NEXT_ON = date(2026, 1, 5), date(2026, 1, 6)
SOURCE, TABLE = "core_banking", "transactions"
NAME = f"{SOURCE}.{TABLE}"


def home_in(folder: Path) -> Home:
    return Home(folder / "home", folder / "landing")


def closed(content_id: str = "one", **more: object) -> Verdict:
    given = {"is_required": True, "gate": "closed", "failures": ("amount_is_not_negative: never (2 rows)",)} | more
    return Verdict(SOURCE, TABLE, ON, content_id=content_id, **given)  # type: ignore[arg-type]


def spoken(home: Home, *verdicts: Verdict, content_id: str = "one", error: str | None = None) -> Verdicts:
    """The book of verdicts after these, about a batch that landed with this content."""
    registry.record(home.control, [BatchResult(SOURCE, TABLE, ON, files=1, rows_landed=5, content_id=content_id, error=error)])
    book = Verdicts(home.control)
    book.record(verdicts)
    return book
