"""The gates' findings as pages that open offline: one a business date, and an index. They phone nobody and show keys, not values.

Belongs here: gathering what the control file knows into what the templates show, and writing the files. Not here: what was
found (expectations/), drawing (gate_drawings.py), the pages' shape (templates/). Derived: they can be made again at any time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assets.gate_drawings import drift_picture, rows_picture
from expectations.judgements import Judgement, Judgements, Tried
from expectations.verdicts import Verdict, Verdicts
from foundation.contract import landing_tables
from foundation.home import Home
from integrations.sources import registry
from integrations.sources.registry import BatchResult

TEMPLATES = Path(__file__).with_name("templates")
SHOWN_DATES = 45  # columns of the index
_GATES = {
    "gate_1": ("Landing", "落地数据"),
    "gate_2": ("Marts", "客户画像"),
    "gate_3": ("Decisions", "决策名单"),
}
_ORDER = {"closed": 0, "missing": 1, "overridden": 2, "warned": 3, "open": 4}


@dataclass(frozen=True)
class Drift:
    """One watched column."""

    column: str
    index: float
    is_against: bool
    picture: Markup


@dataclass(frozen=True)
class Card:
    """One table on one date."""

    name: str
    state: str
    need: str
    tried: tuple[Tried, ...]
    failures: tuple[str, ...]
    override: str | None
    batch: BatchResult | None
    rows: Markup | None
    drifts: tuple[Drift, ...]

    @property
    def against(self) -> int:
        return sum(not each.passed for each in self.tried)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _drifts(judgement: Judgement) -> tuple[Drift, ...]:
    odd = {each.expectation for each in judgement.tried if not each.passed}
    found = [
        Drift(column, each["drift"], f"{column}_is_distributed_as_usual" in odd, drift_picture(each["bins"]))
        for column, each in judgement.learned.get("drifts", {}).items()
    ]
    return tuple(sorted(found, key=lambda each: -each.index))


def _state(verdict: Verdict | None, tried: Iterable[Tried]) -> str:
    if verdict is not None and verdict.gate != "open":
        return verdict.gate
    failed = {each.severity for each in tried if not each.passed}
    return "closed" if "critical" in failed and verdict is None else "warned" if failed else "open"


class Book:
    """All that pages of some dates need, read once."""

    def __init__(self, home: Home) -> None:
        self.judgements = Judgements(home.control)
        self.verdicts = Verdicts(home.control).through(date.max)
        self.by_date: dict[date, list[Verdict]] = defaultdict(list)
        for verdict in self.verdicts:
            self.by_date[verdict.on].append(verdict)
        self.batches: dict[str, dict[date, BatchResult]] = defaultdict(dict)
        for batch in registry.batches(home.control, date.min, date.max):
            self.batches[f"{batch.source}.{batch.table}"][batch.on] = batch

    def cards(self, on: date) -> dict[str, list[Card]]:
        """The cards of a date, gate by gate; what needs a person first."""
        judged = self.judgements.of(on)
        landing = {each.full_name: each for each in judged if each.gate == "gate_1"}
        verdicts = {v.full_name: v for v in self.by_date[on] if v.source != "gate"}
        found: dict[str, list[Card]] = {"gate_1": [self._card(name, on, v, landing.get(name)) for name, v in verdicts.items()]}
        for each in judged:
            if each.gate != "gate_1":
                found.setdefault(each.gate, []).append(self._card(each.full_name, on, None, each))
        return {
            gate: sorted(cards, key=lambda card: (_ORDER[card.state], card.name))
            for gate, cards in sorted(found.items())
            if cards
        }

    def _card(self, name: str, on: date, verdict: Verdict | None, judgement: Judgement | None) -> Card:
        tried = sorted(judgement.tried if judgement else (), key=lambda each: (each.passed, each.severity))
        batch, learned = self.batches[name].get(on), judgement.learned if judgement else {}
        past = [each.rows_landed for day, each in self.batches[name].items() if day < on and each.error is None][1:][-28:]
        need = "" if verdict is None else "required 必需" if verdict.is_required else "optional 可选"
        return Card(
            name, _state(verdict, tried), need, tuple(tried),
            verdict.failures if verdict and not any(not each.passed for each in tried) else (),
            verdict.override.sentence() if verdict and verdict.override else None, batch,
            rows_picture(past, batch.rows_landed, learned) if batch and not batch.error else None,
            _drifts(judgement) if judgement else (),
        )  # fmt: skip


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _neighbours(dates: Sequence[date], on: date) -> dict[str, date | None]:
    earlier, later = [each for each in dates if each < on], [each for each in dates if each > on]
    return {"earlier": earlier[-1] if earlier else None, "later": later[0] if later else None}


def _index(home: Home, book: Book, dates: Sequence[date]) -> None:
    shown = dates[-SHOWN_DATES:]
    states: dict[str, dict[date, tuple[str, int]]] = defaultdict(dict)
    failed = book.judgements.failed()
    for verdict in book.verdicts:
        count = failed.get((verdict.full_name, verdict.on), 0)
        state = verdict.gate if verdict.gate != "open" else "warned" if count else "open"
        states[verdict.full_name][verdict.on] = state, count
    names = {table.full_name: table.full_name for table in landing_tables()}
    names |= {f"gate.{gate}": f"gate {gate[-1]}: {told[0].lower()} {told[1]}" for gate, told in _GATES.items()}
    rows: list[tuple[str, list[tuple[date, str, int]]]] = [
        (told, [(on, *states[name].get(on, ("absent", 0))) for on in shown]) for name, told in names.items() if name in states
    ]
    text = _environment().get_template("gate_index.html").render(rows=rows, dates=shown, all_dates=dates[::-1])
    _write(home.gates / "index.html", text)


def page_of(home: Home, on: date) -> Path:
    """Where the page of a date lies."""
    return home.gates / f"{on}.html"


def write_pages(home: Home, dates: Iterable[date]) -> Path:
    """Writes the pages of these dates and of those that have none, and the index anew; returns the index."""
    book = Book(home)
    judged = sorted(book.by_date)
    wanted = sorted(set(dates) | {on for on in judged if not page_of(home, on).exists()})
    template = _environment().get_template("gate_day.html")
    for on in wanted:
        gates: list[dict[str, Any]] = [
            {"number": gate[-1], "name_en": _GATES[gate][0], "name_zh": _GATES[gate][1], "cards": cards}
            for gate, cards in book.cards(on).items()
        ]
        cards = [card for gate in gates for card in gate["cards"]]
        counts = {state: sum(card.state == state for card in cards) for state in _ORDER}
        _write(page_of(home, on), template.render(on=on, gates=gates, counts=counts, **_neighbours(judged, on)))
    _index(home, book, judged)
    return home.gates / "index.html"
