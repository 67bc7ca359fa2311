"""What there is to say of every tag: whom it holds, why it holds nobody, and which strategies use it.

Belongs here: reading that from a home's published tables, as tables for the terminal and as a page. Not here: the command
(tag_command.py), whether an entry is whole (entry_check.py), whether the demo bank shows each tag (demo_check.py).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from assets.summary import Answer
from orchestration.compiling import VOCABULARY, Manifest, columns_of
from orchestration.published_views import published_views
from orchestration.strategy_check import STRATEGIES

_TABLES = ("tag_catalogue", "column_catalogue", "segment_names", "customer_segments")
_STATES = {"in use": "使用中", "never true": "从未成立", "always true": "恒成立", "not computable": "无法计算"}
_TAGS = """
select tag_code, name_en, name_zh, category, customers, share, state, rule, coalesce(replace(never_landed, ';', ', '), '')
from tag_catalogue
order by list_position($order, category), tag_code
"""
_COLUMNS = "select count(*) filter (is_computable), count(*) from column_catalogue"
CATEGORIES = {
    "who": "身份", "holds": "持有", "worth": "价值", "does": "行为", "wants": "需求", "feels": "体验", "care": "关怀",
    "business": "对公", "cluster": "聚类",
}  # fmt: skip


@dataclass(frozen=True)
class Tag:
    """One tag: whom it holds, what never landed of what it needs, and the strategies whose entries name it."""

    code: str
    name_en: str
    name_zh: str
    category: str
    customers: int | None
    share: float | None
    state: str
    rule: str
    missing: str
    strategies: tuple[str, ...]

    @property
    def told_share(self) -> str:
        return "" if self.share is None else f"{self.share:.1%}"


@dataclass(frozen=True)
class Report:
    """All tags of a home as of its newest date, and how much of the profile can be computed there."""

    as_of: date
    customers: int
    columns_computable: int
    columns: int
    tags: tuple[Tag, ...]

    @property
    def states(self) -> dict[str, int]:
        """How many tags there are in each state that one is in."""
        counted = Counter(tag.state for tag in self.tags)
        return {state: counted[state] for state in _STATES if counted[state]}

    @property
    def unused(self) -> int:
        return sum(not tag.strategies for tag in self.tags)


def users_of(manifest: Manifest, tags: set[str], segments: set[str]) -> dict[str, tuple[str, ...]]:
    """For each tag the strategies whose entries name its code. A word that is a column's or a segment's, too, speaks of that."""
    told_otherwise = segments | set(columns_of(manifest, *VOCABULARY))
    entries: list[dict[str, Any]] = manifest["nodes"][STRATEGIES]["config"]["meta"]["strategies"]
    words = {entry["strategy_id"]: set(re.findall(r"\w+", json.dumps(entry, ensure_ascii=False))) for entry in entries}
    return {code: tuple(sorted(name for name, said in words.items() if code in said)) for code in tags - told_otherwise}


def report_of(published: Path, manifest: Manifest) -> Report:
    """The report on a home's published tables. Errors: NotPublishedError."""
    with published_views(published, _TABLES) as connection:
        found = connection.execute(_TAGS, {"order": list(CATEGORIES)}).fetchall()
        segments = {row[0] for row in connection.execute("select code from segment_names").fetchall()}
        [(as_of, customers)] = connection.execute("select max(business_date), count(*) from customer_segments").fetchall()
        [(computable, columns)] = connection.execute(_COLUMNS).fetchall()
    users = users_of(manifest, {row[0] for row in found}, segments)
    tags = tuple(Tag(*(*row, users.get(row[0], ()))) for row in found)
    return Report(as_of, customers, computable, columns, tags)


def answers(report: Report) -> Iterator[Answer]:
    """The report as tables for the terminal: the tags of each category, then how many there are in each state."""
    names = ("tag", "name", "名称", "customers", "share", "state", "used by")
    shown = len(names) if report.unused < len(report.tags) else len(names) - 1
    for category in dict.fromkeys(tag.category for tag in report.tags):
        rows = tuple(
            (tag.code, tag.name_en, tag.name_zh, tag.customers, tag.told_share, tag.state, ", ".join(tag.strategies))[:shown]
            for tag in report.tags
            if tag.category == category
        )
        yield Answer(f"Tags: {category}", f"标签：{CATEGORIES.get(category, category)}", names[:shown], rows)
    counted = tuple((f"{state} {_STATES[state]}", count) for state, count in report.states.items())
    yield Answer("Tags by state", "标签状态", ("state", "tags"), (*counted, ("named by no strategy 未被策略使用", report.unused)))


def page(report: Report, command: str) -> str:
    """The report as a page of Markdown, with the command that wrote it."""
    states = ", ".join(f"{count} {state}" for state, count in report.states.items())
    lines = [
        "# Tags: whom they hold here, and why some hold nobody",
        "",
        f"Written by `{command}`, over {report.customers:,} customers as of {report.as_of}.",
        "",
        f"- {len(report.tags)} tags: {states}.",
        f"- Named by no strategy: {report.unused}.",
        f"- {report.columns_computable} of the profile's {report.columns} columns are computable. A tag is not computable where",
        "  what its columns need never landed, a table or a column of one: then nobody knows whom it would hold.",
        "",
        "| category | tag | name | 名称 | customers | share | state | why not | used by |",
        "|---|---|---|---|---:|---:|---|---|---|",
    ]
    return "\n".join([*lines, *map(_line, report.tags), ""])


def _line(tag: Tag) -> str:
    customers = "" if tag.customers is None else f"{tag.customers:,}"
    used = ", ".join(tag.strategies)
    cells = (tag.category, f"`{tag.code}`", tag.name_en, tag.name_zh, customers, tag.told_share, tag.state, _why_not(tag), used)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _why_not(tag: Tag) -> str:
    if tag.state == "not computable":
        return f"never landed: {tag.missing}"
    who = {"never true": "nobody", "always true": "everybody"}.get(tag.state)
    return f"true of {who}: `{tag.rule}`" if who else ""
