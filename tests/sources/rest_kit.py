"""An interface with tickets, in every style of paging, and a home that reads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rest_service import Reply, Request, Service
from sources_kit import Sourced

TICKETS = "call_centre.tickets"
COLUMNS = {"ticket_id": "id", "category": "'complaint'", "opened_at": "opened", "customer_no": "customer.number"}
PAGINGS: dict[str, dict[str, Any]] = {
    "page": {"style": "page", "size_parameter": "size", "size": 10},
    "offset": {"style": "offset", "size": 10},
    "cursor": {"style": "cursor", "cursor": "next", "size_parameter": "size", "size": 10},
    "link": {"style": "link", "size_parameter": "size", "size": 10},
}


def ticket(number: int, **changes: Any) -> dict[str, Any]:
    opened = f"2026-02-01T10:{number // 60:02d}:{number % 60:02d}Z"
    return {"id": f"T{number:04d}", "opened": opened, "customer": {"number": f"C{number}"}} | changes


class Desk:
    """Answers with its tickets, `at_most` a page whatever it is asked for."""

    def __init__(self, count: int = 0, *, at_most: int = 10) -> None:
        self.tickets = [ticket(number) for number in range(count)]
        self.at_most = at_most

    def __call__(self, request: Request) -> Reply:
        query = request.query
        size = min(int(query.get("size") or query.get("limit") or self.at_most), self.at_most)
        start = int(query.get("offset") or query.get("cursor") or 0) or (int(query.get("page", 1)) - 1) * size
        rows, end = self.tickets[start : start + size], start + size
        more = end < len(self.tickets)
        headers = {"Link": f'<{request.path}?size={size}&cursor={end}>; rel="next"'} if more else {}
        return Reply({"items": rows, "next": str(end) if more else None}, headers=headers)


def entry(style: str = "cursor", **changes: Any) -> dict[str, Any]:
    whole = {
        "table": TICKETS, "connection": "desk", "path": "/tickets", "rows": "items", "columns": COLUMNS,
        "paging": PAGINGS[style], "changes": {"by": "full"},
    }  # fmt: skip
    return whole | changes


def bank_of(
    folder: Path, service: Service, *tables: dict[str, Any], connection: Mapping[str, Any] | None = None, **variables: str
) -> Sourced:
    desk = {"kind": "rest", "url": "DESK_URL", "timeout_seconds": 10} | dict(connection or {})
    return Sourced(folder, {"desk": desk}, list(tables or [entry()]), {"DESK_URL": service.url} | variables)
