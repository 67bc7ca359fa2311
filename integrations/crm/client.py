"""The CRM: relationship managers find their tasks there.

Belongs here: the CRM's request, its address and the personal fields it needs. Not here: retries and errors (http.py),
who gets a task (dbt_project/), when it is sent (delivery/).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from integrations.errors import OutcomeUnknown
from integrations.http import HttpClient

NAME = "crm"
FIELDS: tuple[str, ...] = ("full_name",)  # the personal data this destination is given, and no more


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One task for a relationship manager about one customer. `delivery_id` serves as idempotency key."""

    delivery_id: str
    business_date: date
    customer_id: str
    manager_id: str | None
    subject: str
    reason: str
    product_code: str | None
    due_on: date
    strategy_id: str
    full_name: str = field(repr=False)

    @property
    def personal(self) -> tuple[str, ...]:
        return (self.full_name,)


class CrmClient:
    """Creates tasks in the CRM. It honours idempotency keys: the same key is answered with the same task."""

    name: ClassVar[str] = NAME
    honours_idempotency_keys: ClassVar[bool] = True

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def create_task(self, task: Task) -> str:
        """The id under which the CRM keeps the task. Errors: every leaf of DestinationError."""
        body = {
            "delivery_id": task.delivery_id,
            "business_date": task.business_date.isoformat(),
            "customer_id": task.customer_id,
            "customer_name": task.full_name,
            "manager_id": task.manager_id,
            "subject": task.subject,
            "reason": task.reason,
            "product_code": task.product_code,
            "due_on": task.due_on.isoformat(),
            "strategy_id": task.strategy_id,
        }
        answer = self._http.post("/crm/tasks", body, idempotency_key=task.delivery_id, personal=task.personal)
        if not isinstance(answer.get("task_id"), str):
            raise OutcomeUnknown(NAME, code="garbled", reason="took the task but named no task_id")
        return str(answer["task_id"])

    send = create_task
