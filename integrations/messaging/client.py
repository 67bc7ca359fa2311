"""The messaging gateway: text messages to customers.

Belongs here: the gateway's request, its address and the personal fields it needs. Not here: retries and errors (http.py),
who gets a message and in which words (dbt_project/; the gateway holds the texts by `script_id`), when it is sent (delivery/).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar, Literal

from integrations.errors import OutcomeUnknown
from integrations.http import HttpClient

NAME = "messaging"
FIELDS: tuple[str, ...] = ("mobile",)  # the personal data this destination is given, and no more


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """One message to one customer; `to` is the mobile number. `delivery_id` serves as idempotency key."""

    delivery_id: str
    business_date: date
    channel: Literal["sms"]
    script_id: str
    strategy_id: str
    to: str = field(repr=False)

    @property
    def personal(self) -> tuple[str, ...]:
        return (self.to,)


class MessagingClient:
    """Hands messages to the gateway. It honours idempotency keys: the same key is answered with the same message."""

    name: ClassVar[str] = NAME
    honours_idempotency_keys: ClassVar[bool] = True

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def send_message(self, message: Message) -> str:
        """The id under which the gateway keeps the message. Errors: every leaf of DestinationError."""
        body = {
            "delivery_id": message.delivery_id,
            "business_date": message.business_date.isoformat(),
            "channel": message.channel,
            "to": message.to,
            "script_id": message.script_id,
            "strategy_id": message.strategy_id,
        }
        answer = self._http.post("/messaging/messages", body, idempotency_key=message.delivery_id, personal=message.personal)
        if not isinstance(answer.get("message_id"), str):
            raise OutcomeUnknown(NAME, code="garbled", reason="took the message but named no message_id")
        return str(answer["message_id"])

    send = send_message
