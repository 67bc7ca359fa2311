"""Whether the strategy entries can be used, told before anything runs.

Belongs here: what a reviewed strategy entry must have, checked against the parsed project. Not here: the entries
(dbt_project/models/decisions/strategies.yml), how they decide (the models beside them), other entries (entry_check.py).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any

from assets.dbt_runner import MANIFEST
from orchestration.compiling import VOCABULARY, EmptyTables, columns_of
from orchestration.entry_check import CHINESE, CODE

STRATEGIES = "model.customer_360.strategies"
CUSTOMERS = "customers"
TEXTS = ("strategy_id", "name_en", "name_zh", "objective", "owner", "audience", "score", "reason")
LEAST = {"version": 1, "priority": 0, "cooldown_days": 0, "min_entries": 0, "max_entries": 0}
LISTS = ("values_used", "actions")
ACTION_TEXTS = ("channel", "script_id", "product_category")
CHANNEL_TEXTS = ("channel", "name_en", "name_zh", "destination")


class StrategyError(ValueError):
    """Some strategy entries cannot be used. The message names each by its code, what is wrong, and the mend."""


def _lacking(entry: dict[str, Any], texts: Iterable[str]) -> list[str]:
    return [field for field in texts if not isinstance(entry.get(field), str) or not entry[field].strip()]


def _is_count(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _faults_of_sql(entry: dict[str, Any], tables: EmptyTables) -> list[str]:
    fields = [
        ("audience", str(entry["audience"]), "BOOLEAN"),
        ("score", str(entry["score"]), ""),
        ("reason", str(entry["reason"]), ""),
    ]
    fields += [("values_used", f'"{column}"', "") for column in entry["values_used"]]
    tried = [(name, tables.fault(expression, CUSTOMERS, wanted)) for name, expression, wanted in fields]
    return [f"its {name} {fault}" for name, fault in tried if fault]


def _faults_of_actions(actions: list[dict[str, Any]], channels: set[str]) -> list[str]:
    faults = []
    for position, action in enumerate(actions, start=1):
        it = f"its action {position}"
        faults += [f"{it} lacks {field}" for field in _lacking(action, ACTION_TEXTS)]
        faults += [
            f"{it} has {field!r}, which no action has" for field in sorted({*action} - {*ACTION_TEXTS, "expires_after_days"})
        ]
        if action.get("channel") not in channels:
            faults.append(f"{it} goes through {action.get('channel')!r}; there are {', '.join(sorted(channels))}")
        if not _is_count(action.get("expires_after_days"), 0):
            faults.append(f"{it} has an expires_after_days that is no whole number of at least 0")
    counted = Counter(str(action.get("channel")) for action in actions)
    again = "go through {!r}; a channel stands once, for an entry is known by its channel"
    return faults + [f"{times} of its actions {again.format(channel)}" for channel, times in counted.items() if times > 1]


def _faults(entry: dict[str, Any], tables: EmptyTables, channels: set[str]) -> list[str]:
    faults = [f"it lacks {field}" for field in _lacking(entry, TEXTS)]
    faults += [f"it lacks {field}" for field in LISTS if not isinstance(entry.get(field), list) or not entry[field]]
    faults += [f"it has {field!r}, which no entry has" for field in sorted(set(entry) - {*TEXTS, *LEAST, *LISTS})]
    faults += [
        f"its {field} is no whole number of at least {least}"
        for field, least in LEAST.items()
        if not _is_count(entry.get(field), least)
    ]
    if not CODE.match(str(entry.get("strategy_id", ""))):
        faults.append("its strategy_id is not in snake_case")
    if not CHINESE.search(str(entry.get("name_zh", ""))):
        faults.append("its name_zh has no Chinese in it")
    bounds = entry.get("min_entries"), entry.get("max_entries")
    if all(_is_count(bound, 0) for bound in bounds) and bounds[0] > bounds[1]:  # type: ignore[operator]
        faults.append("its min_entries is above its max_entries")
    faults += _faults_of_actions(entry.get("actions") or [], channels)
    return faults or _faults_of_sql(entry, tables)


def _meta(manifest: dict[str, Any], name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = manifest["nodes"][STRATEGIES]["config"]["meta"][name]
    return entries


def strategy_entries(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The strategy entries of a parsed project (manifest.json as a dictionary)."""
    return _meta(manifest, "strategies")


def channel_entries(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The channels through which strategies act, of a parsed project."""
    return _meta(manifest, "channels")


def check_strategies(manifest: dict[str, Any]) -> int:
    """How many strategy entries there are, all of them usable. Errors: StrategyError, naming every fault of every entry."""
    entries, channels = strategy_entries(manifest), channel_entries(manifest)
    tables = EmptyTables({CUSTOMERS: columns_of(manifest, *VOCABULARY)})
    codes = {str(channel.get("channel")) for channel in channels}
    faults = [
        f"channel {each.get('channel') or '?'}: it lacks {field}" for each in channels for field in _lacking(each, CHANNEL_TEXTS)
    ]
    faults += [
        f"strategy {each.get('strategy_id') or '?'}: {fault}" for each in entries for fault in _faults(each, tables, codes)
    ]
    counted = Counter(str(entry.get("strategy_id")) for entry in entries)
    faults += [
        f"strategy {code}: {times} entries have this code; every code stands once" for code, times in counted.items() if times > 1
    ]
    if faults:
        raise StrategyError("; ".join(faults))
    return len(entries)


def main() -> None:
    """Checks the parsed project's strategies. Exits 1, naming every fault."""
    try:
        count = check_strategies(json.loads(MANIFEST.read_text(encoding="utf-8")))
    except StrategyError as error:
        sys.exit(f"strategies are not as they should be: {error}")
    sys.stdout.write(f"strategies: {count}, each whole\n")


if __name__ == "__main__":
    main()
