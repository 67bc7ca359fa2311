"""Sending: what the frozen lists call for, through the ledger, to the CRM and the messaging gateway.

Belongs here: planning deliveries from lists, and joining the few personal fields that a destination declared, at the last
moment. Not here: which deliveries lack consent by then (consent.py), the ledger and the sending (integrations/delivery), the
destinations (integrations/crm, messaging).
This is the one step that reads both a list and the vault.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pyarrow as pa

import integrations.crm.client as crm
import integrations.messaging.client as messaging
from assets.consent import without_consent
from assets.partitions import DATES, OWNERS, SINGLE_RUN, dates_of
from assets.pictures import bar_chart
from assets.workspace import Workspace
from foundation.settings import Settings
from integrations.crm.client import CrmClient, Task
from integrations.delivery.ledger import Ledger
from integrations.delivery.records import Delivery, Destination, Planned, SendSummary, Status, Withheld
from integrations.delivery.sender import send_open
from integrations.http import HttpClient
from integrations.messaging.client import Message, MessagingClient
from integrations.warehouse.connection import parquet
from integrations.warehouse.decisions import decided_dates, frozen_files

SENT_AT = time(9, 0)  # business time: when the demo bank's day sends

_LEDGER = pa.schema(
    [
        ("delivery_id", pa.string()), ("business_date", pa.date32()), ("entry_id", pa.string()), ("customer_id", pa.string()),
        ("channel", pa.string()), ("destination", pa.string()), ("operation", pa.string()), ("idempotency_key", pa.string()),
        ("status", pa.string()), ("attempts", pa.int64()), ("first_attempt_at", pa.timestamp("us")),
        ("last_attempt_at", pa.timestamp("us")), ("remote_id", pa.string()), ("error_code", pa.string()),
        ("error_detail", pa.string()),
    ]
)  # fmt: skip
_PLANNED = """
select business_date, entry_id, customer_id, channel, destination
from {entries} where arm = 'treatment' and business_date in ({dates})
order by business_date, entry_id
"""
OPERATIONS = {crm.NAME: "create_task", messaging.NAME: "send_message"}
_PERSONAL = {crm.NAME: crm.FIELDS, messaging.NAME: messaging.FIELDS}
_TO_SEND = """
select e.entry_id, e.customer_id, e.manager_id, e.subject, e.reason, e.product_code, e.expires_on, e.strategy_id, e.script_id,
       {personal}
from {entries} e
left join vault.contacts.contact_points v using (customer_id)
where list_contains(?, e.entry_id)
"""


def as_table(deliveries: Sequence[Delivery]) -> pa.Table:
    """The ledger's rows in the published shape."""
    return pa.Table.from_pylist([asdict(delivery) | {"status": str(delivery.status)} for delivery in deliveries], schema=_LEDGER)


@contextmanager
def destinations(settings: Settings) -> Iterator[dict[str, Destination]]:
    """The destinations that are configured, by name. One without an address is left out, and what it should get waits."""
    # one line per retry says nothing that the ledger does not: the outcome is written there
    logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
    with ExitStack() as stack:
        configured: dict[str, Destination] = {}
        for name, client, url, token in (
            (crm.NAME, CrmClient, settings.crm_url, settings.crm_token),
            (messaging.NAME, MessagingClient, settings.messaging_url, settings.messaging_token),
        ):
            if url:
                http = HttpClient(
                    name=name, base_url=url, token=token, honours_idempotency_keys=client.honours_idempotency_keys,
                    timeout_seconds=settings.http_timeout_seconds, attempts=settings.http_attempts,
                    backoff_seconds=settings.http_backoff_seconds,
                )  # fmt: skip
                stack.callback(http.close)
                configured[name] = client(http)
        yield configured


def clock(settings: Settings, on: date) -> Callable[[], datetime]:
    """The sender's clock, in the bank's local time: the wall's, or the business date's fixed hour."""
    if settings.sender_clock == "business":
        return lambda: datetime.combine(on, SENT_AT)
    zone = ZoneInfo(settings.time_zone)
    return lambda: datetime.now(zone).replace(tzinfo=None)


def _plan(workspace: Workspace, ledger: Ledger) -> int:
    """Puts into the ledger what the lists of unfinished dates call for; what stands there already stays."""
    finished = workspace.progress.last_finished("day")
    dates = [on for on in decided_dates(workspace.home.decisions) if finished is None or on >= finished]
    if not dates:
        return 0
    entries = parquet(frozen_files(workspace.home.decisions, "list_entries"))
    listed = ", ".join(f"date '{on}'" for on in dates)
    with workspace.warehouse() as connection:
        rows = connection.execute(_PLANNED.format(entries=entries, dates=listed)).fetchall()
    return ledger.plan(
        Planned(
            business_date=on, entry_id=entry, customer_id=customer, channel=channel, destination=destination,
            operation=OPERATIONS[destination],
        )
        for on, entry, customer, channel, destination in rows
    )  # fmt: skip


def _payload(delivery: Delivery, row: Mapping[str, Any], today: date, *, has_consent: bool) -> Task | Message | Withheld:
    if row["expires_on"] is not None and row["expires_on"] < today:
        return Withheld(code="expired", reason=f"the entry expired on {row['expires_on']}")
    if not has_consent:
        return Withheld(code="consent_withdrawn", reason=f"no consent that permits {delivery.channel} is in force any more")
    if delivery.destination == crm.NAME:
        return Task(
            delivery_id=delivery.delivery_id, business_date=delivery.business_date, customer_id=row["customer_id"],
            manager_id=row["manager_id"], subject=row["subject"], reason=row["reason"], product_code=row["product_code"],
            due_on=row["expires_on"], strategy_id=row["strategy_id"], full_name=row["full_name"] or "",
        )  # fmt: skip
    if not row["mobile"]:
        return Withheld(code="no_mobile", reason="the vault has no mobile number for this customer")
    return Message(
        delivery_id=delivery.delivery_id, business_date=delivery.business_date, channel="sms", script_id=row["script_id"],
        strategy_id=row["strategy_id"], to=row["mobile"],
    )  # fmt: skip


def _lookup(workspace: Workspace, today: date) -> Callable[[Sequence[Delivery]], Mapping[str, Any]]:
    """What to send for each delivery: the entry, joined with the vault for the destination's declared fields alone."""

    def lookup(deliveries: Sequence[Delivery]) -> Mapping[str, Any]:
        declared = {field for delivery in deliveries for field in _PERSONAL[delivery.destination]}
        entries = parquet(frozen_files(workspace.home.decisions, "list_entries"))
        query = _TO_SEND.format(entries=entries, personal=", ".join(f"v.{field}" for field in sorted(declared)))
        asked = [delivery.entry_id for delivery in deliveries]
        with workspace.warehouse() as connection:
            refused = without_consent(connection, entries, asked)
            cursor = connection.execute(query, [asked])
            names = [column[0] for column in cursor.description or []]
            rows = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
        return {
            delivery.delivery_id: _payload(delivery, rows[delivery.entry_id], today, has_consent=delivery.entry_id not in refused)
            for delivery in deliveries
        }

    return lookup


def _metadata(ledger: Ledger, as_of: date, planned: int, summary: SendSummary) -> dict[str, Any]:
    stands = ledger.counts(as_of)
    picture = bar_chart("deliveries", [(f"{name}: {status}", count) for (name, status), count in sorted(stands.items())])
    return {
        "planned by this run": planned,
        "acknowledged by this run": summary.total(Status.ACKNOWLEDGED),
        "rejected by this run": summary.total(Status.REJECTED),
        "dagster/row_count": sum(stands.values()),
        "given up": dict(summary.stopped),
        "picture": picture,
    }


@dg.asset(
    key=["activation", "deliveries"],
    deps=[
        ["decided", "lists"], ["published", "list_entries"], ["contacts", "contact_points"],
        ["intermediate", "int_consents_in_force"], ["identity", "customer_aliases"],
    ],
    partitions_def=DATES,
    backfill_policy=SINGLE_RUN,
    group_name="activation",
    kinds={"sqlite", "http"},
    owners=OWNERS,
    check_specs=[
        dg.AssetCheckSpec(
            "all_settled",
            asset=["activation", "deliveries"],
            description="Every delivery of the date is acknowledged, or rejected with a reason.",
        )
    ],
)  # fmt: skip
def deliveries(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[Any]:
    """One row per thing to be sent to one destination: planned before it is sent, and settled once."""
    as_of = workspace.as_of(*dates_of(context))
    settings = workspace.settings
    with workspace.stage("activation", as_of), Ledger(workspace.home.ledger) as ledger:
        planned = _plan(workspace, ledger)
        with destinations(settings) as configured:
            summary = send_open(ledger, configured, _lookup(workspace, as_of), clock(settings, as_of))
        metadata = _metadata(ledger, as_of, planned, summary)
        left = {f"{name}: {status}": n for (name, status), n in ledger.counts(as_of).items() if not Status(status).is_final}
    yield dg.MaterializeResult(metadata=metadata)
    yield dg.AssetCheckResult(
        check_name="all_settled", passed=not left, severity=dg.AssetCheckSeverity.WARN, metadata={"left": left},
        description="; ".join(f"{name}: {why}" for name, why in summary.stopped.items()) or None,
    )  # fmt: skip
