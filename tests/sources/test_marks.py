"""How far a table has been read, at its boundaries."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from integrations.sources.entries import ChangedSince
from integrations.sources.errors import SourceUnreadable
from integrations.sources.marks import Mark, begin_at, highest

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
BANK = ZoneInfo("Asia/Shanghai")
at = datetime.fromisoformat


def changes(kind: str, overlap: int = 0) -> ChangedSince:
    return ChangedSince.model_validate({"by": "changed_since", "column": "x", "type": kind, "overlap": overlap})


def top(kind: str, *given: object, so_far: str | None = None) -> str | None:
    mark = Mark(changes(kind).type, so_far) if so_far else None
    found = highest(changes(kind), given, so_far=mark, began=BEGAN, zone=BANK)
    return found.text if found else None


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        (
            "timestamp",
            ["2026-03-01 11:00:00Z", "2026-03-01T12:00:00+00:00", "2026-03-01 12:00:01+00:00"],
            "2026-03-01T12:00:00+00:00",
        ),
        # without an offset it is the source's own time: 20:00 in Shanghai is when reading began
        ("timestamp", [at("2026-03-01 20:00:00"), at("2026-03-01 20:00:01"), None], "2026-03-01T20:00:00"),
        ("date", ["2026-03-01", date(2026, 2, 1), at("2026-03-02"), "2026-03-02"], "2026-03-01"),
        ("number", [9, "10", 2.5, "NaN"], "10"),
        ("text", ["a9", "a10"], "a9"),
        ("timestamp", ["9999-12-31"], None),
        ("timestamp", [None, None], None),
        ("timestamp", [], None),
    ],
)
def test_the_highest_mark_that_does_not_lie_after_the_beginning(kind: str, given: list[object], expected: str | None) -> None:
    assert top(kind, *given) == expected


def test_a_mark_never_falls() -> None:
    assert top("number", 7, so_far="8") == "8"
    assert top("number", 9, so_far="8") == "9"
    assert top("number", so_far="8") == "8"
    assert top("timestamp", "2026-01-01 08:00:00", so_far="2026-01-01T00:30:00+00:00") == "2026-01-01T00:30:00+00:00"


def test_a_bad_mark_among_good_ones_is_passed_over_and_only_bad_ones_are_an_error() -> None:
    assert top("timestamp", "soon", "2026-01-01") == "2026-01-01T00:00:00"
    with pytest.raises(SourceUnreadable, match="nothing of type timestamp"):
        top("timestamp", "soon", None)


@pytest.mark.parametrize(
    ("kind", "text", "overlap", "expected"),
    [
        ("timestamp", "2026-01-01T00:00:00", 60, at("2025-12-31 23:59:00")),
        ("date", "2026-01-01", 1, date(2025, 12, 31)),
        ("number", "100", 5, 95),
        ("text", "abc", 0, "abc"),
    ],
)
def test_the_next_extraction_begins_at_the_mark_less_the_overlap(kind: Any, text: str, overlap: int, expected: object) -> None:
    assert begin_at(changes(kind, overlap), Mark(kind, text)) == expected
    assert type(begin_at(changes(kind, overlap), Mark(kind, text))) is type(expected)
