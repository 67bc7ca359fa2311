"""Whether the tag entries can be used, told before anything runs.

Belongs here: what a reviewed tag entry must have, checked against the parsed project. Not here: the entries
(dbt_project/models/intermediate/tags/tags.yml) or how they are computed (the models beside them).
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from typing import Any

from foundation.contract import landing_tables
from orchestration.manifest import MANIFEST

ENTRIES = "model.customer_360.int_tags_defined"
PROFILE = "model.customer_360.int_customers_profiled"
SEGMENT_COLUMNS = frozenset({"value_tier", "lifecycle_stage"})
TEXTS = ("code", "name_en", "name_zh", "category", "definition", "rule", "owner", "refresh", "sensitivity")
SENSITIVITIES = frozenset({"internal", "personal", "sensitive"})
_OPTIONAL = frozenset({"value", "evidence", "inputs"})
CODE = re.compile(r"^[a-z][a-z0-9_]*$")
CHINESE = re.compile(r"[一-鿿]")
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_WORD = re.compile(r"\b([A-Za-z_]\w*)\b(?!\s*\()")
_SQL_WORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "is",
        "null",
        "true",
        "false",
        "in",
        "between",
        "like",
        "case",
        "when",
        "then",
        "else",
        "end",
        "cast",
        "as",
        "date",
        "timestamp",
        "interval",
        "day",
        "month",
        "year",
        "integer",
        "int",
        "bigint",
        "double",
        "decimal",
        "varchar",
        "text",
        "boolean",
        "string",
    ]
)


class TagError(ValueError):
    """Some tag entries cannot be used. The message names each by its code, what is wrong, and the mend."""


def columns_named(expression: str) -> set[str]:
    words = {word.lower() for word in _WORD.findall(_LITERAL.sub("''", expression))}
    return words - _SQL_WORDS


def _faults_of_columns(entry: dict[str, Any], known: set[str]) -> list[str]:
    faults = []
    for field in ("rule", "value", "evidence"):
        content = entry.get(field) or ""
        named = set(content) if isinstance(content, list) else columns_named(str(content))
        for column in sorted(named - known):
            faults.append(
                f"its {field} names {column!r}, which is no column of int_customers_profiled, value_tier or lifecycle_stage"
            )
    return faults


def _faults(entry: dict[str, Any], known: set[str], tables: set[str]) -> list[str]:
    faults = [f"it lacks {field}" for field in TEXTS if not isinstance(entry.get(field), str) or not entry[field].strip()]
    faults += [f"it has {field!r}, which no entry has" for field in sorted(set(entry) - set(TEXTS) - _OPTIONAL)]
    if not CODE.match(str(entry.get("code", ""))):
        faults.append("its code is not in snake_case")
    if not CHINESE.search(str(entry.get("name_zh", ""))):
        faults.append("its name_zh has no Chinese in it")
    if entry.get("sensitivity") not in SENSITIVITIES:
        faults.append(f"its sensitivity is none of {', '.join(sorted(SENSITIVITIES))}")
    inputs = entry.get("inputs") or []
    if not inputs:
        faults.append("it lacks inputs: name the landing tables without which it cannot be known")
    faults += [f"its input {table!r} is no table of the landing contract" for table in inputs if table not in tables]
    return faults + _faults_of_columns(entry, known)


def tag_entries(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """The tag entries of a parsed project (manifest.json as a dictionary)."""
    entries: list[dict[str, Any]] = manifest["nodes"][ENTRIES]["config"]["meta"]["tags"]
    return entries


def check_tags(manifest: dict[str, Any]) -> int:
    """How many tag entries there are, all of them usable. Errors: TagError, naming every fault of every entry."""
    entries = tag_entries(manifest)
    known = set(manifest["nodes"][PROFILE]["columns"]) | SEGMENT_COLUMNS
    tables = {table.full_name for table in landing_tables()}
    faults = [f"tag {entry.get('code', '?')}: {fault}" for entry in entries for fault in _faults(entry, known, tables)]
    counted = Counter(str(entry.get("code")) for entry in entries)
    faults += [
        f"tag {code}: {times} entries have this code; every code stands once" for code, times in counted.items() if times > 1
    ]
    if faults:
        raise TagError("; ".join(faults))
    return len(entries)


def main() -> None:
    """Checks the parsed project's tags. Exits 1, naming every fault."""
    try:
        count = check_tags(json.loads(MANIFEST.read_text(encoding="utf-8")))
    except TagError as error:
        sys.exit(f"tags are not as they should be: {error}")
    sys.stdout.write(f"{count} tags, each whole\n")


if __name__ == "__main__":
    main()
