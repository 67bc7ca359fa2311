"""Reads identity/rules.yml into typed records.

Belongs here: what an entry is, and saying what is wrong with one. Not here: applying the rules (exact.py, blocks.py, junk.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).resolve().parent / "rules.yml"
_COLUMNS = frozenset(
    [
        "name", "name_words", "name_letters", "family", "birth_date", "gender", "id_number", "mobile", "email", "device_id",
        "address", "city", "credit_code",
    ]
)  # fmt: skip

_BLOCKING = _COLUMNS | {
    "birth_year", "birth_month", "birth_day", "first_word", "last_word", "address_start", "address_end", "email_name",
    "email_domain",
}  # fmt: skip


class RuleError(ValueError):
    """An entry of rules.yml is wrong. The message names the entry and the mend."""


@dataclass(frozen=True)
class ExactRule:
    """Two records that agree in `agree` and for which `where` holds are one customer, so often as `confidence` says."""

    code: str
    agree: tuple[str, ...]
    where: str
    confidence: float
    says: str


@dataclass(frozen=True)
class Rulebook:
    """All entries."""

    exact: tuple[ExactRule, ...]
    blocks: tuple[tuple[str, ...], ...]
    rare_blocks: tuple[tuple[str, ...], ...]
    junk: dict[str, tuple[str, ...]]


def _exact(entry: dict[str, Any]) -> ExactRule:
    code = entry.get("code", "an exact rule without a code")
    missing = {"code", "agree", "confidence", "says"} - entry.keys()
    if missing:
        raise RuleError(f"identity/rules.yml, {code}: lacks {', '.join(sorted(missing))}")
    unknown = set(entry["agree"]) - _COLUMNS
    if unknown or not entry["agree"]:
        raise RuleError(f"identity/rules.yml, {code}: `agree` may name {sorted(_COLUMNS)}, not {sorted(unknown)}")
    if not 0 < float(entry["confidence"]) <= 1:
        raise RuleError(f"identity/rules.yml, {code}: `confidence` is a share above 0, 1 at most")
    return ExactRule(code, tuple(entry["agree"]), entry.get("where", "true"), float(entry["confidence"]), entry["says"])


@cache
def rulebook(path: Path = RULES) -> Rulebook:
    """The entries of a file. Errors: RuleError."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    exact = tuple(_exact(entry) for entry in document["exact"])
    codes = [rule.code for rule in exact]
    doubled = {code for code in codes if codes.count(code) > 1}
    if doubled:
        raise RuleError(f"identity/rules.yml: {', '.join(sorted(doubled))} stands more than once")
    blocks = tuple(tuple(each) for each in document["blocks"])
    rare = tuple(tuple(each) for each in document["rare_blocks"])
    unknown = {column for block in blocks + rare for column in block} - _BLOCKING
    if unknown:
        raise RuleError(f"identity/rules.yml, blocks: {sorted(unknown)} are no columns; write one of {sorted(_BLOCKING)}")
    unknown = document["junk"].keys() - _COLUMNS
    if unknown:
        raise RuleError(f"identity/rules.yml, junk: {sorted(unknown)} are no columns; write one of {sorted(_COLUMNS)}")
    return Rulebook(exact, blocks, rare, {column: tuple(each) for column, each in document["junk"].items()})
