"""What the sandbox accepts, and the reason it gives for what it does not.

Belongs here: validation of one request body, and masking for the page. Not here: storage (store.py), HTTP (app.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

TASK, MESSAGE = "task", "message"
_REQUIRED = {
    TASK: ("delivery_id", "customer_id", "customer_name", "manager_id", "subject", "reason", "due_on", "strategy_id"),
    MESSAGE: ("delivery_id", "channel", "to", "script_id", "strategy_id"),
}
_LONGEST = 500
_MOBILE = re.compile(r"[0-9]{11}")


@dataclass(frozen=True)
class Refusal:
    """Why a body was refused."""

    code: str
    reason: str


def refusal(kind: str, body: Mapping[str, object]) -> Refusal | None:
    """The first thing wrong with a body, or None."""
    for name in _REQUIRED[kind]:
        value = body.get(name)
        if value is None or value == "":
            short = name.removesuffix("_id")
            return Refusal(f"missing_{short}", f"{name} is required")
        if not isinstance(value, str) or len(value) > _LONGEST:
            return Refusal(f"invalid_{name}", f"{name} must be text of at most {_LONGEST} characters")
    if kind == TASK and not _is_date(str(body["due_on"])):
        return Refusal("invalid_date", "due_on must be a date like 2026-05-01")
    if kind == MESSAGE and body["channel"] != "sms":
        return Refusal("unknown_channel", "channel must be sms")
    if kind == MESSAGE and not _MOBILE.fullmatch(str(body["to"])):
        return Refusal("invalid_number", "to must be a mobile number of 11 digits")
    return None


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def masked_mobile(mobile: str) -> str:
    """138****5678; anything that is not 11 characters long is masked whole."""
    return f"{mobile[:3]}****{mobile[-4:]}" if len(mobile) == 11 else "*" * 8


def masked_name(name: str) -> str:
    """张*: the first character, and at most two stars, so that not even the length tells."""
    name = name.strip()
    return name[0] + "*" * min(max(len(name) - 1, 1), 2) if name else "*"
