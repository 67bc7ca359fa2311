"""Reads identity/rules.yml into typed records.

Belongs here: what an entry is, and saying what is wrong with one. Not here: applying the rules (edges.py, blocks.py, junk.py).
"""

from __future__ import annotations

import re
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
class Question:
    """Two records that agree in `agree` and for which `where` holds are joined by a steward's word alone, who is asked."""

    code: str
    agree: tuple[str, ...]
    where: str
    says: str


@dataclass(frozen=True)
class Contradiction:
    """Two records for which `where` holds are never joined by the model alone."""

    code: str
    where: str
    says: str


@dataclass(frozen=True)
class Rulebook:
    """All entries."""

    exact: tuple[ExactRule, ...]
    asked: tuple[Question, ...]
    apart: tuple[Contradiction, ...]
    blocks: tuple[tuple[str, ...], ...]
    rare_blocks: tuple[tuple[str, ...], ...]
    junk: dict[str, tuple[str, ...]]


_KEYS = frozenset(["code", "agree", "confidence", "says"])


def _listed(where: str, entry: object, known: frozenset[str]) -> tuple[str, ...]:
    if not isinstance(entry, list) or not entry:
        raise RuleError(f"identity/rules.yml, {where}: write a list of columns, as in [mobile, name]")
    unknown = sorted(str(each) for each in entry if each not in known)
    if unknown:
        raise RuleError(f"identity/rules.yml, {where}: {unknown} are no columns; write one of {sorted(known)}")
    return tuple(entry)


def _exact(entry: dict[str, Any]) -> ExactRule:
    code = entry.get("code", "an exact rule without a code")
    missing, unknown = _KEYS - entry.keys(), entry.keys() - _KEYS - {"where"}
    if missing:
        raise RuleError(f"identity/rules.yml, {code}: lacks {', '.join(sorted(missing))}")
    if unknown:  # a condition that is spelled wrong would join everybody
        raise RuleError(f"identity/rules.yml, {code}: {', '.join(sorted(unknown))} is no key; write {sorted(_KEYS)} or `where`")
    _listed(f"{code}, `agree`", entry["agree"], _COLUMNS)
    if not isinstance(entry["confidence"], int | float) or not 0 < entry["confidence"] <= 1:
        raise RuleError(f"identity/rules.yml, {code}: `confidence` is a share above 0, 1 at most")
    return ExactRule(code, tuple(entry["agree"]), entry.get("where", "true"), float(entry["confidence"]), entry["says"])


def _apart(entry: dict[str, Any]) -> Contradiction:
    code = entry.get("code", "an entry of `apart` without a code")
    if entry.keys() != {"code", "where", "says"}:
        raise RuleError(f"identity/rules.yml, {code}: write code, where and says, and nothing else")
    return Contradiction(**entry)


def _asked(entry: dict[str, Any]) -> Question:
    code = entry.get("code", "an entry of `asked` without a code")
    if entry.keys() != {"code", "agree", "where", "says"}:
        raise RuleError(f"identity/rules.yml, {code}: write code, agree, where and says, and nothing else")
    return Question(code, _listed(f"{code}, `agree`", entry["agree"], _COLUMNS), entry["where"], entry["says"])


def _patterns(column: str, entry: object) -> tuple[str, ...]:
    if not isinstance(entry, list):
        raise RuleError(f"identity/rules.yml, junk, {column}: write a list of regular expressions")
    for each in entry:
        try:
            re.compile(each)
        except (re.error, TypeError) as error:
            raise RuleError(f"identity/rules.yml, junk, {column}: {each!r} is no regular expression: {error}") from error
    return tuple(entry)


@cache
def rulebook(path: Path = RULES) -> Rulebook:
    """The entries of a file. Errors: RuleError."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    lacking = {"exact", "asked", "apart", "blocks", "junk"} - (document or {}).keys()
    if lacking:
        raise RuleError(f"identity/rules.yml lacks {', '.join(sorted(lacking))}")
    exact = tuple(_exact(entry) for entry in document["exact"])
    asked = tuple(_asked(entry) for entry in document["asked"])
    apart = tuple(_apart(entry) for entry in document["apart"])
    codes = [*(rule.code for rule in exact), *(question.code for question in asked), *(each.code for each in apart)]
    doubled = {code for code in codes if codes.count(code) > 1}
    if doubled:
        raise RuleError(f"identity/rules.yml: {', '.join(sorted(doubled))} stands more than once")
    blocks = tuple(_listed(f"blocks, {each}", each, _BLOCKING) for each in document["blocks"])
    rare = tuple(_listed(f"rare_blocks, {each}", each, _BLOCKING) for each in document["rare_blocks"])
    unknown = document["junk"].keys() - _COLUMNS
    if unknown:
        raise RuleError(f"identity/rules.yml, junk: {sorted(unknown)} are no columns; write one of {sorted(_COLUMNS)}")
    return Rulebook(
        exact, asked, apart, blocks, rare, {column: _patterns(column, each) for column, each in document["junk"].items()}
    )
