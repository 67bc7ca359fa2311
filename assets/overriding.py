"""Letting through what a gate closed: somebody's decision, with a name and a reason, about exactly one content.

Belongs here: when that is possible, and writing it down. Not here: how an override is kept and read (expectations/verdicts.py).
Gates 2 and 3 cannot be overridden: they guard what leaves the house, and what they say no to is wrong in itself.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from expectations.verdicts import Override, Verdict, Verdicts
from foundation.contract import landing_tables
from foundation.home import Home
from integrations.sources import registry


class OverrideError(ValueError):
    """This cannot be let through. The message says why, and what to do instead."""


def _standing(home: Home, table: str, on: date) -> Verdict:
    names = [each.full_name for each in landing_tables()]
    if table not in names:
        raise OverrideError(f"{table!r} is no table of the landing contract; TABLE is one of {', '.join(names)}")
    found = [v for v in Verdicts(home.control).through(on) if (v.full_name, v.on) == (table, on)]
    if not found:
        raise OverrideError(f"gate 1 has not judged {table} of {on}: materialize the date first")
    return found[0]


def _refuse(home: Home, verdict: Verdict) -> None:
    name = f"{verdict.full_name} of {verdict.on}"
    if verdict.gate == "open":
        raise OverrideError(f"{name} is open: there is nothing to override")
    if verdict.override:
        raise OverrideError(f"{name} was {verdict.override.sentence()}; run the date again to use it")
    if verdict.gate == "missing" and not verdict.is_required:
        raise OverrideError(f"{name} is missing and holds nothing back: there is nothing to override")
    for batch in registry.batches(home.control, verdict.on, verdict.on):
        if f"{batch.source}.{batch.table}" != verdict.full_name:
            continue
        if batch.error:
            raise OverrideError(
                f"{name} could not be read, so there are no rows to let through: {batch.error}. Replace its files"
            )
        if batch.content_id != verdict.content_id:
            raise OverrideError(f"{name} has changed since it was judged: materialize the date again, then look at it anew")


def override(home: Home, table: str, on: date, *, by: str, reason: str) -> Verdict:
    """Lets the content of this table and date, as it was judged, through from now on; returns the verdict overridden.

    Errors: OverrideError.
    """
    by, reason = " ".join(by.split()), " ".join(reason.split())
    if not by or not reason:
        raise OverrideError("an override is somebody's decision: it needs a name (BY) and a reason (REASON)")
    verdict = _standing(home, table, on)
    _refuse(home, verdict)
    Verdicts(home.control).override(verdict, Override(by, reason, datetime.now(UTC)))
    return verdict
