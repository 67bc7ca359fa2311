"""The sandbox's page: what it received, for people who want to see that something arrived.

Belongs here: the numbers and rows of the page, masked before they reach the template. Not here: its looks (page.html).
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from integrations.sandbox.rules import MESSAGE, TASK, masked_mobile, masked_name
from integrations.sandbox.store import Store

_LATEST = 8


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("page.html")


def render(store: Store, at: datetime) -> str:
    """The page as HTML, in English and Chinese, names and numbers masked."""
    kinds, counters = store.by_kind(), store.counters()
    return _template().render(
        at=at,
        tasks=kinds.get(TASK, 0),
        messages=kinds.get(MESSAGE, 0),
        counters={name: counters.get(name, 0) for name in ("requests", "replays", "refused")},
        strategies=_strategies(store),
        latest_tasks=[_masked(task) for task in store.latest(TASK, _LATEST)],
        latest_messages=[_masked(message) for message in store.latest(MESSAGE, _LATEST)],
        refusals=store.refusals(),
    )


def _masked(body: dict[str, Any]) -> dict[str, Any]:
    masks = {"customer_name": masked_name, "to": masked_mobile}
    return {name: masks[name](str(value)) if name in masks else value for name, value in body.items()}


def _strategies(store: Store) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for strategy, kind, number in store.by_strategy():
        found.setdefault(strategy, {"strategy_id": strategy, TASK: 0, MESSAGE: 0})[kind] = number
    most = max((row[TASK] + row[MESSAGE] for row in found.values()), default=1)
    return [{**row, **{f"{kind}_share": round(100 * row[kind] / most, 1) for kind in (TASK, MESSAGE)}} for row in found.values()]
