"""Small pictures for the gates' pages, as SVG inside the page: a table's rows over its recent dates, a column's distribution.

Belongs here: drawing counts. Not here: what is counted (expectations/learned.py), the page (gate_pages.py). No picture holds
anything about a single row: bins are allowed values, or ranges of numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

_WIDTH, _HEIGHT, _FOOT = 300, 64, 14
_BAR, _LABEL = 120, 128


def _compact(number: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= size:
            return f"{number / size:.3g}{letter}"
    return f"{number:.3g}"


def rows_picture(recent: Sequence[int], landed: int, learned: Mapping[str, Any]) -> Markup:
    """Bars of the recent dates' rows, the date's own last, over the band of what is usual."""
    low, high = learned.get("low"), learned.get("high")
    top = max(1.0, high or 0.0, landed, *recent) * 1.1
    step = _WIDTH / (len(recent) + 1)

    def y(rows: float) -> float:
        return _HEIGHT - _HEIGHT * rows / top

    parts = []
    if low is not None and high is not None:
        parts.append(
            f'<rect class="band" x="0" y="{y(high):.1f}" width="{_WIDTH}" height="{y(low) - y(high):.1f}"/>'
            f'<text class="note" x="{_WIDTH + 4}" y="{y(high) + 4:.1f}">{_compact(high)}</text>'
            f'<text class="note" x="{_WIDTH + 4}" y="{y(low) + 4:.1f}">{_compact(low)}</text>'
        )
    for number, rows in enumerate([*recent, landed]):
        kind = "today" if number == len(recent) else "past"
        if kind == "today" and low is not None and high is not None and not low <= rows <= high:
            kind = "odd"
        parts.append(
            f'<rect class="{kind}" x="{number * step + 1:.1f}" y="{y(rows):.1f}" width="{max(1.0, step - 2):.1f}"'
            f' height="{_HEIGHT - y(rows):.1f}"/>'
        )
    if high is None:
        parts.append(f'<text class="note" x="0" y="{_HEIGHT + 11}">no bounds learned yet · 尚无历史界限</text>')
    else:
        parts.append(f'<text class="note" x="0" y="{_HEIGHT + 11}">{learned["days"]} recent dates · 近期日期</text>')
    return _svg(_WIDTH + 46, _HEIGHT + _FOOT, "rows by date", parts)


def _range(low: float, high: float) -> str:
    """The numbers that half powers of two from `low` to `high` hold (profiles.py says how they are counted)."""
    first = 0.0 if low == 0 else 2 ** (low / 2) if low > 0 else -(2 ** ((1 - low) / 2))
    last = 2 ** ((1 + high) / 2) if high >= 0 else -(2 ** (-high / 2))
    return f"{_compact(first)} … {_compact(last)}"


def drift_picture(bins: Sequence[Mapping[str, Any]]) -> Markup:
    """Two bars a bin: the share expected by recent dates, and the share found."""
    longest = max(0.01, *(max(each["expected"], each["found"]) for each in bins))
    parts = []
    for number, each in enumerate(bins):
        top = number * 20
        label = (each["label"] or "empty · 空") if each["low"] is None else _range(each["low"], each["high"])
        parts.append(f'<text class="label" x="{_LABEL - 6}" y="{top + 13}" text-anchor="end">{escape(label[:22])}</text>')
        for offset, kind in ((2, "expected"), (10, "found")):
            width = _BAR * each[kind] / longest
            parts.append(f'<rect class="{kind}" x="{_LABEL}" y="{top + offset}" width="{width:.1f}" height="7"/>')
        told = f"{100 * each['expected']:.1f}% → {100 * each['found']:.1f}%"
        parts.append(f'<text class="note" x="{_LABEL + _BAR + 6}" y="{top + 13}">{told}</text>')
    return _svg(_LABEL + _BAR + 100, 20 * len(bins) + 2, "shares expected and found", parts)


def _svg(width: float, height: float, title: str, parts: Sequence[str]) -> Markup:
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    # built here from numbers and escaped labels
    return Markup(f'<svg {size} role="img"><title>{title}</title>{"".join(parts)}</svg>')  # noqa: S704
