"""What the activation tests share: payloads of invented people, planned deliveries, names for the fixtures' types."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import SecretStr

from integrations.crm.client import CrmClient, Task
from integrations.delivery.records import Delivery, Destination, Planned
from integrations.messaging.client import Message, MessagingClient
from integrations.sandbox.process import SandboxProcess

TOKEN = SecretStr("a-token-for-tests")
NAME, MOBILE = "张三丰", "13812345678"
DAY, NEXT_DAY = date(2026, 5, 1), date(2026, 5, 2)
AT = datetime.fromisoformat("2026-05-01 09:30:00")


@dataclass(frozen=True)
class Clients:
    """A client of each destination."""

    crm: CrmClient
    messaging: MessagingClient

    def by_name(self) -> dict[str, Destination]:
        return {"crm": self.crm, "messaging": self.messaging}


StartSandbox = Callable[..., SandboxProcess]
Connect = Callable[..., Clients]


def clock() -> datetime:
    return AT


def task(number: int = 1, **changes: Any) -> Task:
    values: dict[str, Any] = {
        "delivery_id": f"{number:032x}",
        "business_date": DAY,
        "customer_id": f"C{number}",
        "manager_id": "RM7",
        "subject": "Call",
        "reason": "AUM down 60% in 90 days",
        "product_code": None,
        "due_on": date(2026, 5, 8),
        "strategy_id": "declining_wealth",
        "full_name": NAME,
    }
    return Task(**(values | changes))


def message(number: int = 1, **changes: Any) -> Message:
    values: dict[str, Any] = {
        "delivery_id": f"{number:032x}",
        "business_date": DAY,
        "channel": "sms",
        "script_id": "hello",
        "strategy_id": "declining_wealth",
        "to": MOBILE,
    }
    return Message(**(values | changes))


def planned(count: int, *, destination: str = "crm", on: date = DAY, start: int = 0) -> list[Planned]:
    channel, operation = ("manager_task", "create_task") if destination == "crm" else ("sms", "send_message")
    return [
        Planned(
            business_date=on,
            entry_id=f"entry-{number}",
            customer_id=f"C{number}",
            channel=channel,
            destination=destination,
            operation=operation,
        )
        for number in range(start, start + count)
    ]


def payloads(rows: Sequence[Delivery]) -> Mapping[str, Any]:
    """A task or a message for every delivery."""
    return {
        row.delivery_id: task(delivery_id=row.delivery_id, customer_id=row.customer_id)
        if row.destination == "crm"
        else message(delivery_id=row.delivery_id)
        for row in rows
    }
