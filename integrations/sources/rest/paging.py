"""From one page to the next, as a generator: page numbers, offsets, cursors, links.

Belongs here: what to ask for and where to go on. Not here: sending it (client.py), keeping what came (unfinished.py). Numbers and
offsets end at an empty page, not at a short one: an interface may give fewer rows a page than it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from integrations.sources.errors import SourceUnreadable
from integrations.sources.rest.client import Answer, RestClient
from integrations.sources.rest.entry import Cursors, Links, NoPages, Offsets, PageNumbers, Paging, RestEntry


@dataclass(frozen=True)
class Page:
    """The rows of one answer, and the place of the next; None: this was the last."""

    rows: list[Any]
    next_place: str | None


def pages(client: RestClient, entry: RestEntry, parameters: Mapping[str, str], place: str | None) -> Iterator[Page]:
    """The pages from `place` on (None: from the first). Errors: those of `RestClient.get`, and SourceUnreadable."""
    seen = {place}
    while True:
        address, extra = _request(entry.paging, entry.path, parameters, place)
        answer = client.get(address, extra)
        rows = _rows(entry, answer.body)
        place = _following(entry.paging, place, len(rows), answer)
        if place is not None and place in seen:
            raise SourceUnreadable(f"{entry.path} names a page again that it gave before; look at paging")
        yield Page(rows, place)
        if place is None:
            return
        seen.add(place)


def _request(paging: Paging, path: str, parameters: Mapping[str, str], place: str | None) -> tuple[str, Mapping[str, str]]:
    if isinstance(paging, Links) and place is not None:
        return place, {}  # the link carries the parameters
    asked = dict(parameters)
    if not isinstance(paging, NoPages) and paging.size_parameter:
        asked[paging.size_parameter] = str(paging.size)
    if isinstance(paging, PageNumbers):
        asked[paging.parameter] = place or str(paging.first)
    elif isinstance(paging, Offsets):
        asked[paging.parameter] = place or "0"
    elif isinstance(paging, Cursors) and place is not None:
        asked[paging.parameter] = place
    return path, asked


def _following(paging: Paging, place: str | None, rows: int, answer: Answer) -> str | None:
    if isinstance(paging, Links):
        return answer.next_address
    if isinstance(paging, Cursors):
        cursor = _found(paging.cursor, answer.body, "paging.cursor")
        if cursor is not None and not isinstance(cursor, str | int):
            raise SourceUnreadable("paging.cursor: what it finds is neither text nor a number; mend the expression")
        return str(cursor) if cursor not in (None, "", False) else None
    if isinstance(paging, NoPages) or not rows:
        return None
    if isinstance(paging, PageNumbers):
        return str(int(place or paging.first) + 1)
    return str(int(place or 0) + rows)


def _rows(entry: RestEntry, body: Any) -> list[Any]:
    rows = _found(entry.rows, body, "rows")
    if not isinstance(rows, list):
        raise SourceUnreadable(f"rows: {entry.path} answered without a list there; mend the expression")
    return rows


def _found(expression: str, body: Any, where: str) -> Any:
    try:
        return jmespath.search(expression, body)
    except JMESPathError:
        raise SourceUnreadable(f"{where}: the expression cannot be worked out for this answer; mend it") from None
